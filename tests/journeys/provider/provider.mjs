// An independent provider of OpenID Connect (npm oidc-provider), for the journey that signs in with it.
// Arguments: the port to answer on, and the address to send people back to.
import { Provider } from "oidc-provider";

const [port, back] = process.argv.slice(2);
const provider = new Provider(`http://localhost:${port}`, {
  clients: [
    {
      client_id: "taller",
      client_secret: "a secret between two houses, long enough",
      redirect_uris: [back],
      grant_types: ["authorization_code"],
      response_types: ["code"],
    },
  ],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  pkce: { required: () => true },
  // Whoever signs in here as "ana" has the address ana@example.org, which this house has verified.
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      email: id.includes("@") ? id : `${id}@example.org`,
      email_verified: !id.startsWith("unverified"),
      name: `Ana ${id}`,
    }),
  }),
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
