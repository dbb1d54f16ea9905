"""Every address of the application, asked by every kind of person, for things of every kind.

The table below says in words who gets in; the addresses come from the application itself, so that
a new one without a line in it fails. What is denied must look like what does not exist, must name
nothing, and must change nothing.
"""

import asyncio
import hashlib
import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI, Response
from fastapi.routing import APIRoute
from pydantic import SecretStr
from sqlalchemy import select, text
from sqlmodel import Session, SQLModel

from app.core import clock, db
from app.core.feeds import feed_token
from app.core.ids import token_hash
from app.core.links import link_secret
from app.core.openid import Told
from app.core.settings import SignInProvider, settings
from app.core.unsubscribing import unsubscribe_token
from app.models import (
    Account,
    Activity,
    ActivityKind,
    Application,
    ApplicationQuestion,
    AskedKind,
    AttachmentStatus,
    BulkDecision,
    CapstoneKind,
    CopyStatus,
    DataCopy,
    Edition,
    Enrolment,
    EnrolmentNote,
    EnrolmentStatus,
    ForumAttachment,
    Hotspot,
    ImportStatus,
    Institution,
    InstitutionMerge,
    InstitutionProposal,
    Invitation,
    LinkedIdentity,
    LinkKind,
    Message,
    MessageStatus,
    OneTimeToken,
    Passkey,
    PeopleImport,
    ProposalKind,
    QuizExtension,
    ReservedSeats,
    RuleKind,
    Scene,
    StaffRole,
    StoredFile,
    Survey,
    SurveyKind,
    SurveyQuestion,
    TextVersion,
    Upload,
    Verdict,
    WaitingPlace,
)
from app.models.activity import ActivityFile, FileRole
from app.routers import ROUTERS
from app.services.attempts import begin_attempt
from app.services.invitations import secret_of
from app.services.keys import make_key
from app.services.notifications import welcome
from app.web.cookie import cookie_name
from app.web.single_sign_on import keep_told
from tests.conftest import ON_POSTGRESQL
from tests.make import Make, a_sign_in

WHO_GETS_IN = """
GET  /healthz                                                        everyone
GET  /readyz                                                         everyone
GET  /metrics                                                        everyone
GET  /sign-in                                                        everyone
POST /sign-in                                                        everyone
POST /sign-out                                                       everyone
GET  /register                                                       everyone
POST /register                                                       everyone
GET  /account                                                        who is signed in
POST /account                                                        who is signed in
POST /account/sign-ins/{own_sign_in}/end                             its participant
POST /account/sign-outs                                              who is signed in
POST /account/calendar                                               who is signed in
GET  /account/keys                                                   who is signed in
POST /account/keys                                                   who is signed in
POST /account/keys/{key}/withdraw                                    its participant
GET  /account/data                                                   who is signed in
POST /account/data                                                   who is signed in
GET  /account/data/{copy}.zip                                        its participant
GET  /account/delete                                                 who is signed in
POST /account/delete                                                 who is signed in
POST /account/delete/again                                           who is signed in
GET  /account/password                                               who is signed in
POST /account/password                                               who is signed in
GET  /accounts                                                       coordinators
GET  /accounts/{account}                                             coordinators
POST /accounts/{account}/role                                        administrators
POST /accounts/{account}/editions                                    coordinators
POST /accounts/{account}/editions/{edition}/end                      coordinators
POST /accounts/{account}/suspension                                  administrators
POST /accounts/{account}/suspension/end                              administrators
POST /accounts/{account}/sign-outs                                   administrators
POST /accounts/{account}/sign-ins/{sign_in}/end                      administrators
POST /accounts/{account}/view                                        coordinators
POST /viewing/end                                                    who is signed in
GET  /institutions                                                   coordinators and focal points
GET  /institutions/options                                           everyone
GET  /outbox                                                         administrators
POST /outbox/{message}/again                                         administrators
GET  /audit                                                          coordinators
GET  /audit.csv                                                      administrators
GET  /help                                                           everyone
GET  /accessibility                                                  everyone
GET  /your-data                                                      everyone
GET  /api/v1/openapi.json                                            everyone
GET  /api/v1/me                                                      key holders
GET  /api/v1/editions                                                key holders
GET  /api/v1/editions/{edition}/people                               its key holders
GET  /                                                               everyone
GET  /courses/{course}                                               everyone
GET  /courses/{course}/{run}                                         everyone
POST /courses/{course}/{run}/enrolment                               who is signed in
GET  /home                                                           who is signed in
GET  /editions                                                       coordinators and focal points
GET  /editions/{edition}                                             all in it
GET  /editions/{edition}/settings                                    coordinators
POST /editions/{edition}/settings                                    coordinators
POST /editions/{edition}/settings/staff                              coordinators
POST /editions/{edition}/settings/staff/{account}/end                coordinators
GET  /editions/{edition}/people                                      who watches it
GET  /editions/{edition}/people.csv                                  who watches it
POST /editions/{edition}/people/decisions                            coordinators
GET  /editions/{edition}/results                                     its participant
GET  /editions/{edition}/activities/{activity}                       all in it
POST /editions/{edition}/activities/{activity}/done                  its participant
POST /editions/{edition}/activities/{activity}/undone                its participant
POST /editions/{edition}/activities/{activity}/viewed                its participant
GET  /editions/{edition}/results/all                                 who watches it
GET  /editions/{edition}/results/all.csv                             who watches it
GET  /editions/{edition}/results/all.xlsx                            who watches it
GET  /editions/{edition}/results/all/{enrolment}                     who watches it
POST /editions/{edition}/results/all/{enrolment}/{quiz}              its tutors
POST /editions/{edition}/results/all/{enrolment}/{quiz}/undo         its tutors
GET  /editions/{edition}/activities/{activity}/files/{file}/{name}   all in it
GET  /editions/{edition}/content/languages                           its tutors
POST /editions/{edition}/content/languages                           its tutors
GET  /editions/{edition}/content/activities/{activity}/text          its tutors
POST /editions/{edition}/content/activities/{activity}/text          its tutors
POST /editions/{edition}/content/activities/{activity}/text/preview  its tutors
POST /editions/{edition}/content/activities/{activity}/text/draft    its tutors
POST /editions/{edition}/content/activities/{activity}/text/draft/discard  its tutors
GET  /editions/{edition}/content/activities/{activity}/text/versions  its tutors
GET  /editions/{edition}/content/activities/{activity}/text/versions/{number}  its tutors
GET  /editions/{edition}/content/activities/{activity}/text/versions/{number}/{other}  its tutors
POST /editions/{edition}/content/activities/{activity}/text/versions/{number}/restore  its tutors
POST /editions/{edition}/activities/{quiz}/attempts                  its participant
POST /editions/{edition}/activities/{quiz}/attempts/{attempt}/answers     its participant
POST /editions/{edition}/activities/{quiz}/attempts/{attempt}/submission  its participant
GET  /editions/{edition}/content/activities/{activity}/files         its tutors
POST /editions/{edition}/content/activities/{activity}/files         its tutors
GET  /editions/{edition}/content/activities/{activity}/files/{offered}  its tutors
POST /editions/{edition}/content/activities/{activity}/files/{offered}  its tutors
POST /editions/{edition}/content/activities/{activity}/files/{offered}/content  its tutors
POST /editions/{edition}/content/activities/{activity}/files/{offered}/place    its tutors
POST /editions/{edition}/content/activities/{activity}/files/{offered}/removal  its tutors
GET  /editions/{edition}/content/activities/{leading}/address        its tutors
POST /editions/{edition}/content/activities/{leading}/address        its tutors
POST /editions/{edition}/activities/{survey}/survey-answers           its participant
GET  /editions/{edition}/activities/{survey}/survey-results           its tutors
GET  /editions/{edition}/activities/{survey}/survey-results.csv       its tutors
GET  /editions/{edition}/activities/{survey}/survey-results.xlsx      its tutors
GET  /editions/{edition}/content/activities/{survey}/survey-questions  its tutors
POST /editions/{edition}/content/activities/{survey}/survey-questions  its tutors
GET  /editions/{edition}/content/activities/{survey}/survey-questions/{survey_question}  its tutors
POST /editions/{edition}/content/activities/{survey}/survey-questions/{survey_question}  its tutors
POST /editions/{edition}/content/activities/{survey}/survey-questions/{survey_question}/place  its tutors
POST /editions/{edition}/content/activities/{survey}/survey-questions/{survey_question}/removal  its tutors
GET  /editions/{edition}/content/activities/{survey}/survey-rules     its tutors
POST /editions/{edition}/content/activities/{survey}/survey-rules     its tutors
POST /editions/{edition}/content/activities/{survey}/survey-rules/closing  its tutors
GET  /editions/{edition}/content/activities/{around}/scenes          its tutors
POST /editions/{edition}/content/activities/{around}/scenes          its tutors
GET  /editions/{edition}/content/activities/{around}/scenes/{scene}  its tutors
POST /editions/{edition}/content/activities/{around}/scenes/{scene}  its tutors
POST /editions/{edition}/content/activities/{around}/scenes/{scene}/place     its tutors
POST /editions/{edition}/content/activities/{around}/scenes/{scene}/removal   its tutors
POST /editions/{edition}/content/activities/{around}/scenes/{scene}/points    its tutors
GET  /editions/{edition}/content/activities/{around}/scenes/{scene}/points/{point}  its tutors
POST /editions/{edition}/content/activities/{around}/scenes/{scene}/points/{point}  its tutors
POST /editions/{edition}/content/activities/{around}/scenes/{scene}/points/{point}/removal  its tutors
POST /editions/{edition}/content/activities/{activity}/uploads       its tutors
GET  /editions/{edition}/content/activities/{activity}/uploads/{upload}  who sends it
PATCH /editions/{edition}/content/activities/{activity}/uploads/{upload}  who sends it
DELETE /editions/{edition}/content/activities/{activity}/uploads/{upload}  who sends it
GET  /editions/{edition}/content/questions                           its tutors
GET  /editions/{edition}/content/questions/new                       its tutors
POST /editions/{edition}/content/questions/new                       its tutors
GET  /editions/{edition}/content/questions/import                    its tutors
POST /editions/{edition}/content/questions/import                    its tutors
POST /editions/{edition}/content/questions/import/apply              its tutors
GET  /editions/{edition}/content/questions/export.gift               its tutors
GET  /editions/{edition}/content/questions/export.xml                its tutors
GET  /editions/{edition}/content/questions/{bank_question}           its tutors
POST /editions/{edition}/content/questions/{bank_question}           its tutors
POST /editions/{edition}/content/questions/{bank_question}/retirement     its tutors
GET  /editions/{edition}/content/activities/{quiz}/questions         its tutors
POST /editions/{edition}/content/activities/{quiz}/questions         its tutors
POST /editions/{edition}/content/activities/{quiz}/draws             its tutors
POST /editions/{edition}/content/activities/{quiz}/slots/{slot}      its tutors
GET  /editions/{edition}/content/activities/{quiz}/quiz-rules        its tutors
POST /editions/{edition}/content/activities/{quiz}/quiz-rules        its tutors
POST /editions/{edition}/content/activities/{quiz}/extensions        its tutors
POST /editions/{edition}/content/activities/{quiz}/extensions/{extension}/end  its tutors
GET  /editions/{edition}/content/activities/{quiz}/marking           its tutors
POST /editions/{edition}/content/activities/{quiz}/marking/{answer}  its tutors
GET  /editions/{edition}/content/activities/{quiz}/regrading         its tutors
POST /editions/{edition}/content/activities/{quiz}/regrading         its tutors
GET  /editions/{edition}/content/activities/{quiz}/analysis          its tutors
GET  /editions/{edition}/content/activities/{quiz}/analysis.csv      its tutors
GET  /editions/{edition}/sessions                                    all in it
GET  /editions/{edition}/sessions/new                                its tutors
POST /editions/{edition}/sessions/new                                its tutors
GET  /editions/{edition}/sessions/{live_session}                     all in it
GET  /editions/{edition}/sessions/{live_session}/edit                its tutors
POST /editions/{edition}/sessions/{live_session}/edit                its tutors
POST /editions/{edition}/sessions/{live_session}/cancel              its tutors
GET  /editions/{edition}/sessions/{live_session}/join                all in it
GET  /sessions                                                       who is signed in
POST /editions/{edition}/sessions/{live_session}/attendance          its tutors
POST /editions/{edition}/sessions/{live_session}/recording           its tutors
GET  /editions/{edition}/sessions/{live_session}/slides              all in it
GET  /calendar/{token}.ics                                           everyone
GET  /sessions/{live_session}.ics                                    all in it
GET  /search                                                         everyone
GET  /videoconferences                                               everyone
GET  /editions/{edition}/capstone                                    its participant
POST /editions/{edition}/capstone/title                              its participant
POST /editions/{edition}/capstone/sections/{section}                 its participant
POST /editions/{edition}/capstone/submit                             its participant
GET  /editions/{edition}/capstones                                   who reads its works
POST /editions/{edition}/capstone/milestones                         its participant
POST /editions/{edition}/capstone/milestones/{milestone}             its participant
POST /editions/{edition}/capstone/milestones/{milestone}/remove      its participant
POST /editions/{edition}/capstone/milestones/{milestone}/move        its participant
GET  /editions/{edition}/capstone/versions/{number}                  its participant
GET  /editions/{edition}/capstones/{capstone}/versions/{number}      who reads its works
GET  /editions/{edition}/capstone/versions/{number}/compare/{other}  its participant
GET  /editions/{edition}/capstone/compare/{number}                   its participant
GET  /reviews                                                        all tutors
GET  /editions/{edition}/capstones/{capstone}/review                 its tutors
POST /editions/{edition}/capstones/{capstone}/review                 its tutors
GET  /statistics                                                     coordinators and focal points
GET  /statistics.csv                                                 coordinators and focal points
GET  /statistics.xlsx                                                coordinators and focal points
GET  /statistics.pdf                                                 coordinators and focal points
GET  /statistics.json                                                coordinators and focal points
GET  /reports/annual                                                 coordinators
GET  /reports/annual/{year}.csv                                      coordinators
GET  /reports/annual/{year}.xlsx                                     coordinators
GET  /reports/annual/{year}.pdf                                      coordinators
GET  /reports/annual/{year}                                          coordinators
GET  /styleguide                                                     everyone
GET  /verify                                                         everyone
GET  /verify/{code}                                                  everyone
GET  /certificates/{code}.json                                       everyone
GET  /certificates/{code}/revocations.json                           everyone
GET  /certificates                                                   coordinators and focal points
GET  /certificates/{code}.pdf                                        its participant and watchers
GET  /certificates/{code}                                            watchers of its participant
POST /certificates/{code}/revoke                                     coordinators
POST /certificates/{code}/draw                                       coordinators
GET  /sign-in/link                                                   everyone
POST /sign-in/link                                                   everyone
POST /sign-in/by-link                                                everyone
GET  /sign-in/password                                               everyone
POST /sign-in/password                                               everyone
GET  /sign-in/new-password                                           everyone
POST /sign-in/new-password                                           everyone
GET  /link/{link}                                                    everyone
GET  /sign-in/with/{provider}                                        everyone
GET  /sign-in/with/{provider}/back                                   everyone
GET  /sign-in/with/{provider}/link                                   everyone
POST /sign-in/with/{provider}/link                                   everyone
GET  /register/with/{provider}                                       everyone
POST /register/with/{provider}                                       everyone
GET  /register/confirm                                               everyone
POST /register/confirm                                               everyone
GET  /sign-in/second-step                                            who is half way
POST /sign-in/second-step                                            who is half way
POST /sign-in/second-step/challenge                                  who is half way
POST /sign-in/second-step/passkey                                    who is half way
POST /sign-in/second-step/passkeys/challenge                         who is half way
POST /sign-in/second-step/passkeys                                   who is half way
POST /sign-in/second-step/authenticator                              who is half way
POST /sign-in/second-step/authenticator/confirm                      who is half way
GET  /account/second-step                                            who is signed in
POST /account/second-step/again                                      who is signed in
POST /account/second-step/authenticator                              who is signed in
POST /account/second-step/authenticator/confirm                      who is signed in
POST /account/second-step/authenticator/remove                       who is signed in
POST /account/second-step/passkeys/challenge                         who is signed in
POST /account/second-step/passkeys                                   who is signed in
POST /account/second-step/passkeys/{passkey}/remove                  its participant
POST /account/second-step/recovery-codes                             who is signed in
POST /account/identities/{identity}/unlink                           its participant
GET  /account/email                                                  who is signed in
POST /account/email                                                  who is signed in
POST /account/email/link                                             who is signed in
POST /account/email/cancel                                           who is signed in
POST /account/email/confirm                                          everyone
POST /account/email/refuse                                           everyone
POST /account/password/link                                          who is signed in
GET  /account/messages                                               who is signed in
POST /account/messages                                               who is signed in
POST /account/messages/links                                         who is signed in
POST /account/messages/address                                       who is signed in
GET  /unsubscribe/{unsubscribe}                                      everyone
POST /unsubscribe/{unsubscribe}                                      everyone
POST /unsubscribe/{unsubscribe}/undo                                 everyone
POST /unsubscribe/{unsubscribe}/choices                              everyone
GET  /institutions.csv                                               coordinators and focal points
GET  /institutions/new                                               coordinators
POST /institutions/new                                               coordinators
GET  /institutions/import                                            coordinators
POST /institutions/import                                            coordinators
POST /institutions/import/apply                                      coordinators
GET  /institutions/proposals/{proposal}                              coordinators
POST /institutions/proposals/{proposal}/accept                       coordinators
POST /institutions/proposals/{proposal}/alias                        coordinators
POST /institutions/proposals/{change}/change                         coordinators
POST /institutions/proposals/{proposal}/decline                      coordinators
GET  /institutions/{institution}                                     its focal point and staff
GET  /institutions/{institution}/edit                                coordinators
POST /institutions/{institution}/edit                                coordinators
POST /institutions/{institution}/aliases                             coordinators
POST /institutions/{institution}/aliases/{alias}/remove              coordinators
POST /institutions/{institution}/proposals                           its focal point
POST /institutions/{institution}/focal-points                        coordinators
POST /institutions/{institution}/focal-points/{focal_point}/remove   coordinators
GET  /institutions/{institution}/merge                               coordinators
POST /institutions/{institution}/merge                               coordinators
POST /institutions/merges/{merge}/undo                               coordinators
GET  /outbox/{message}/mail                                          administrators
GET  /outbox/invitations                                             administrators
GET  /outbox/invitations/{invitation}/mail                           administrators
GET  /outbox/addresses                                               coordinators and focal points
POST /outbox/addresses/{colleague}/clear                             its focal point and staff
GET  /messages/templates                                             administrators
GET  /messages/templates/{letter}/{language}                         administrators
POST /messages/templates/{letter}/{language}                         administrators
POST /messages/templates/{letter}/{language}/restore                 administrators
GET  /courses/{course}/{run}/application                             who is signed in
POST /courses/{course}/{run}/application                             who is signed in
GET  /courses/{course}/{run}/application/letter                      who is in it or applies
GET  /courses/{course}/{run}/place                                   who is in it or applies
POST /courses/{course}/{run}/place/offer                             who is signed in
POST /courses/{course}/{run}/place/leaving                           who is in it or applies
POST /courses/{course}/{run}/place/gender                            who is in it or applies
GET  /courses/{course}/{run}/nominations                             focal points
POST /courses/{course}/{run}/nominations                             focal points
GET  /invitations/{invitation}/{secret}                              everyone
POST /invitations/{invitation}/{secret}                              who is signed in
GET  /editions/{edition}/announcements                               all in it
POST /editions/{edition}/announcements                               who announces in it
GET  /editions/{edition}/announcements/new                           who announces in it
POST /editions/{edition}/announcements/new                           who announces in it
GET  /editions/{edition}/settings/form                               coordinators
POST /editions/{edition}/settings/form                               coordinators
POST /editions/{edition}/settings/form/questions                     coordinators
GET  /editions/{edition}/settings/form/questions/{question}          coordinators
POST /editions/{edition}/settings/form/questions/{question}          coordinators
POST /editions/{edition}/settings/form/questions/{question}/place    coordinators
POST /editions/{edition}/settings/form/questions/{question}/removal  coordinators
GET  /editions/{edition}/settings/invitations                        coordinators
POST /editions/{edition}/settings/invitations                        coordinators
POST /editions/{edition}/settings/invitations/{invitation}/revocation  coordinators
GET  /editions/{edition}/settings/line                               coordinators
POST /editions/{edition}/settings/line/{waiting}                     coordinators
GET  /editions/{edition}/settings/seats                              coordinators
POST /editions/{edition}/settings/seats                              coordinators
POST /editions/{edition}/settings/seats/{reserve}/release            coordinators
GET  /editions/{edition}/people.xlsx                                 who watches it
POST /editions/{edition}/people/balance                              coordinators
POST /editions/{edition}/people/decisions/{decision}/undo            the coordinator whose it is
GET  /editions/{edition}/people/import                               coordinators
POST /editions/{edition}/people/import                               coordinators
GET  /editions/{edition}/people/import/template.csv                  coordinators
GET  /editions/{edition}/people/import/template.xlsx                 coordinators
GET  /editions/{edition}/people/import/{people_import}               coordinators
POST /editions/{edition}/people/import/{people_import}/apply         coordinators
POST /editions/{edition}/people/import/{people_import}/throw-away    coordinators
GET  /editions/{edition}/people/{enrolment}                          who watches it
GET  /editions/{edition}/people/{enrolment}/letter                   its focal point and staff
POST /editions/{edition}/people/{enrolment}/decision                 coordinators
POST /editions/{edition}/people/{enrolment}/corrections              coordinators
GET  /editions/{edition}/people/{enrolment}/notes                    its focal point and staff
POST /editions/{edition}/people/{enrolment}/notes                    coordinators
POST /editions/{edition}/people/{enrolment}/notes/{note}/remove      the coordinator whose it is
POST /editions/{edition}/people/{enrolment}/support                  its focal point
POST /editions/{edition}/people/{enrolment}/support/remove           its focal point
GET  /editions/{edition}/next                                        its tutors
POST /editions/{edition}/next                                        its tutors
GET  /editions/courses                                               coordinators
GET  /editions/courses/new                                           coordinators
POST /editions/courses/new                                           coordinators
GET  /editions/courses/{course_id}                                   coordinators
POST /editions/courses/{course_id}                                   coordinators
GET  /editions/new                                                   coordinators
POST /editions/new                                                   coordinators
GET  /editions/{edition}/changes                                     its tutors
POST /editions/{edition}/changes                                     its tutors
GET  /editions/{edition}/content                                     its tutors
GET  /editions/{edition}/content/modules/new                         its tutors
POST /editions/{edition}/content/modules/new                         its tutors
GET  /editions/{edition}/content/modules/{module}                    its tutors
POST /editions/{edition}/content/modules/{module}                    its tutors
POST /editions/{edition}/content/modules/{module}/place              its tutors
POST /editions/{edition}/content/modules/{module}/visibility         its tutors
POST /editions/{edition}/content/modules/{module}/duplicate          its tutors
POST /editions/{edition}/content/modules/{module}/removal            its tutors
POST /editions/{edition}/content/modules/{module}/rules              its tutors
GET  /editions/{edition}/content/modules/{module}/activities/new     its tutors
POST /editions/{edition}/content/modules/{module}/activities/new     its tutors
GET  /editions/{edition}/content/activities/{activity}/settings      its tutors
POST /editions/{edition}/content/activities/{activity}/settings      its tutors
POST /editions/{edition}/content/activities/{activity}/place         its tutors
GET  /editions/{edition}/content/activities/{activity}/done-when     its tutors
POST /editions/{edition}/content/activities/{activity}/done-when     its tutors
POST /editions/{edition}/content/activities/{activity}/visibility    its tutors
POST /editions/{edition}/content/activities/{activity}/duplicate     its tutors
POST /editions/{edition}/content/activities/{activity}/removal       its tutors
POST /editions/{edition}/content/activities/{activity}/rules         its tutors
POST /editions/{edition}/content/rules/{rule}/removal                its tutors
GET  /editions/{edition}/forum                                      who reads its forums
GET  /editions/{edition}/content/activities/{forum}/forum           its tutors
POST /editions/{edition}/content/activities/{forum}/forum           its tutors
GET  /courses/{course}/community                                    who reads its forums
GET  /editions/{edition}/activities/{forum}/new                     who writes in its forums
POST /editions/{edition}/activities/{forum}/new                     who writes in its forums
POST /editions/{edition}/activities/{forum}/draft                   who writes in its forums
POST /editions/{edition}/activities/{forum}/follow                  who reads its forums
POST /editions/{edition}/activities/{forum}/read                    who reads its forums
GET  /editions/{edition}/activities/{forum}/reports                 its tutors
GET  /editions/{edition}/activities/{forum}/topics/{topic}          who reads its forums
POST /editions/{edition}/activities/{forum}/topics/{topic}          who writes in its forums
POST /editions/{edition}/activities/{forum}/topics/{topic}/draft    who writes in its forums
POST /editions/{edition}/activities/{forum}/topics/{topic}/follow   who reads its forums
POST /editions/{edition}/activities/{forum}/topics/{topic}/read     who reads its forums
POST /editions/{edition}/activities/{forum}/topics/{topic}/pin      its tutors
POST /editions/{edition}/activities/{forum}/topics/{topic}/close    its tutors
GET  /editions/{edition}/activities/{forum}/topics/{topic}/posts/{post}/files/{attachment}/{name} who reads its forums
GET  /editions/{edition}/activities/{forum}/topics/{topic}/posts/{post}/edit its participant
POST /editions/{edition}/activities/{forum}/topics/{topic}/posts/{post}/edit its participant
GET  /editions/{edition}/activities/{forum}/topics/{topic}/posts/{post}/history who writes in its forums
POST /editions/{edition}/activities/{forum}/topics/{topic}/posts/{post}/answer its tutors
GET  /editions/{edition}/activities/{forum}/topics/{topic}/posts/{post}/hide its tutors
POST /editions/{edition}/activities/{forum}/topics/{topic}/posts/{post}/hide its tutors
POST /editions/{edition}/activities/{forum}/topics/{topic}/posts/{post}/restore its tutors
POST /editions/{edition}/activities/{forum}/topics/{topic}/posts/{post}/leave its tutors
GET  /editions/{edition}/activities/{forum}/topics/{topic}/posts/{post}/report who writes in its forums
POST /editions/{edition}/activities/{forum}/topics/{topic}/posts/{post}/report who writes in its forums
GET  /courses/{course}/community/new                                who writes in its forums
POST /courses/{course}/community/new                                who writes in its forums
POST /courses/{course}/community/draft                              who writes in its forums
POST /courses/{course}/community/follow                             who reads its forums
POST /courses/{course}/community/read                               who reads its forums
GET  /courses/{course}/community/reports                            its tutors
GET  /courses/{course}/community/topics/{common_topic}              who reads its forums
POST /courses/{course}/community/topics/{common_topic}              who writes in its forums
POST /courses/{course}/community/topics/{common_topic}/draft        who writes in its forums
POST /courses/{course}/community/topics/{common_topic}/follow       who reads its forums
POST /courses/{course}/community/topics/{common_topic}/read         who reads its forums
POST /courses/{course}/community/topics/{common_topic}/pin          its tutors
POST /courses/{course}/community/topics/{common_topic}/close        its tutors
GET  /courses/{course}/community/topics/{common_topic}/posts/{common_post}/files/{common_file}/{name} who reads its forums
GET  /courses/{course}/community/topics/{common_topic}/posts/{common_post}/edit its participant
POST /courses/{course}/community/topics/{common_topic}/posts/{common_post}/edit its participant
GET  /courses/{course}/community/topics/{common_topic}/posts/{common_post}/history who writes in its forums
POST /courses/{course}/community/topics/{common_topic}/posts/{common_post}/answer its tutors
GET  /courses/{course}/community/topics/{common_topic}/posts/{common_post}/hide its tutors
POST /courses/{course}/community/topics/{common_topic}/posts/{common_post}/hide its tutors
POST /courses/{course}/community/topics/{common_topic}/posts/{common_post}/restore its tutors
POST /courses/{course}/community/topics/{common_topic}/posts/{common_post}/leave its tutors
GET  /courses/{course}/community/topics/{common_topic}/posts/{common_post}/report who writes in its forums
POST /courses/{course}/community/topics/{common_topic}/posts/{common_post}/report who writes in its forums
"""  # noqa: E501 -- a table

#: Who is meant. «own» are those of the edition and of the things that are asked for.
STAFF = "coordinator, administrator"
MEANT = {
    "everyone": "all",
    "who is signed in": "all but visitor, suspended, key holder",
    "coordinators": STAFF,
    "administrators": "administrator",
    "coordinators and focal points": f"any focal point, {STAFF}",
    "all tutors": f"any tutor, {STAFF}",
    "key holders": "key holder",
    "its key holders": "own key holder",
    "its participant": "own participant",
    "its tutors": f"own tutor, {STAFF}",
    "who reads its works": f"own tutor, own observer, {STAFF}",
    "who watches it": f"own tutor, own observer, own focal point, {STAFF}",
    "all in it": f"own participant, own tutor, own observer, own focal point, {STAFF}",
    "watchers of its participant": f"own focal point, {STAFF}",
    "its participant and watchers": f"own participant, own focal point, {STAFF}",
    "its focal point": "own focal point",
    "its focal point and staff": f"own focal point, {STAFF}",
    "focal points": "any focal point",
    "who announces in it": f"own tutor, own focal point, {STAFF}",
    "who reads its forums": f"own participant, own tutor, own observer, {STAFF}",
    "who writes in its forums": f"own participant, own tutor, {STAFF}",
    "who is in it or applies": "own applicant, own participant",
    "who is half way": "half way",
    "the coordinator whose it is": "coordinator",
    "who sends it": "coordinator",
}
ACTORS = [
    "visitor",
    "suspended",
    "half way",
    "applicant here",
    "participant here",
    "participant elsewhere",
    "observer here",
    "tutor here",
    "tutor elsewhere",
    "focal point here",
    "focal point elsewhere",
    "coordinator",
    "administrator",
    "key holder here",
]
#: The guards are the same on every database; on PostgreSQL, where each request takes longer, one
#: of each kind asks.
ONE_OF_EACH = {"visitor", "applicant here", "participant here", "focal point elsewhere",
               "coordinator"}  # fmt: skip
ASKING = [actor for actor in ACTORS if actor in ONE_OF_EACH or not ON_POSTGRESQL]
NOBODY = {
    "visitor",
    "suspended",
    "half way",
    "key holder here",
}  # to pages that know people by their cookie

#: A page that takes a second to be printed is asked for by one of those who get it.
SLOW = {"/statistics.pdf", "/reports/annual/{year}.pdf"}
#: Names under which the table and the application mean different things by one word, or say less.
_WRITTEN = "/editions/{edition}/content/activities/{activity}"
_SCENE = f"{_WRITTEN}/scenes/{{scene}}"
SPELT = {
    f"{_WRITTEN}/address": {"activity": "leading"},
    f"{_WRITTEN}/scenes": {"activity": "around"},
    _SCENE: {"activity": "around"},
    f"{_SCENE}/place": {"activity": "around"},
    f"{_SCENE}/removal": {"activity": "around"},
    f"{_SCENE}/points": {"activity": "around"},
    f"{_SCENE}/points/{{point}}": {"activity": "around"},
    f"{_SCENE}/points/{{point}}/removal": {"activity": "around"},
    **{
        f"{address}{end}": {"activity": "survey"}
        for address, ends in (
            (
                "/editions/{edition}/activities/{activity}",
                ("/survey-answers", *(f"/survey-results{end}" for end in ("", ".csv", ".xlsx"))),
            ),
            (_WRITTEN, ("/survey-questions", "/survey-rules", "/survey-rules/closing")),
        )
        for end in ends
    },
    **{
        f"{_WRITTEN}/survey-questions/{{question}}{end}": {
            "activity": "survey",
            "question": "survey_question",
        }
        for end in ("", "/place", "/removal")
    },
    "/account/sign-ins/{sign_in}/end": {"sign_in": "own_sign_in"},
    "/editions/{edition}/activities/{activity}/attempts": {"activity": "quiz"},
    "/editions/{edition}/activities/{activity}/attempts/{attempt}/answers": {"activity": "quiz"},
    "/editions/{edition}/activities/{activity}/attempts/{attempt}/submission": {"activity": "quiz"},
    "/editions/{edition}/content/activities/{activity}/questions": {"activity": "quiz"},
    "/editions/{edition}/content/activities/{activity}/draws": {"activity": "quiz"},
    "/editions/{edition}/content/activities/{activity}/slots/{slot}": {"activity": "quiz"},
    "/editions/{edition}/content/activities/{activity}/quiz-rules": {"activity": "quiz"},
    "/editions/{edition}/content/activities/{activity}/extensions": {"activity": "quiz"},
    "/editions/{edition}/content/activities/{activity}/extensions/{extension}/end": {
        "activity": "quiz"
    },
    "/editions/{edition}/content/activities/{activity}/marking": {"activity": "quiz"},
    "/editions/{edition}/content/activities/{activity}/regrading": {"activity": "quiz"},
    "/editions/{edition}/content/activities/{activity}/analysis": {"activity": "quiz"},
    "/editions/{edition}/content/activities/{activity}/analysis.csv": {"activity": "quiz"},
    "/editions/{edition}/content/activities/{activity}/marking/{answer}": {"activity": "quiz"},
    "/editions/{edition}/results/all/{enrolment}/{activity}": {"activity": "quiz"},
    "/editions/{edition}/results/all/{enrolment}/{activity}/undo": {"activity": "quiz"},
    "/editions/{edition}/content/questions/{question}": {"question": "bank_question"},
    "/editions/{edition}/content/questions/{question}/retirement": {"question": "bank_question"},
    "/editions/{edition}/capstone/sections/{key}": {"key": "section"},
    "/editions/courses/{course}": {"course": "course_id"},
    "/link/{secret}": {"secret": "link"},
    "/unsubscribe/{token}": {"token": "unsubscribe"},
    "/unsubscribe/{token}/undo": {"token": "unsubscribe"},
    "/unsubscribe/{token}/choices": {"token": "unsubscribe"},
    "/institutions/proposals/{proposal_id}": {"proposal_id": "proposal"},
    "/institutions/proposals/{proposal_id}/accept": {"proposal_id": "proposal"},
    "/institutions/proposals/{proposal_id}/alias": {"proposal_id": "proposal"},
    "/institutions/proposals/{proposal_id}/change": {"proposal_id": "change"},
    "/institutions/proposals/{proposal_id}/decline": {"proposal_id": "proposal"},
    "/institutions/{institution}/focal-points/{account}/remove": {"account": "focal_point"},
    "/outbox/addresses/{account}/clear": {"account": "colleague"},
    "/editions/{edition}/settings/line/{enrolment}": {"enrolment": "waiting"},
}
SPELT_BY_NAME = {
    "forums": {"activity": "forum", "file": "attachment"},
    "communities": {"topic": "common_topic", "post": "common_post", "file": "common_file"},
}
#: In the address, but no row of the database: of these there is none that belongs to others.
PLAIN = {"year", "number", "attempt", "other", "section", "token", "name", "letter", "language",
         "provider", "secret", "link", "unsubscribe"}  # fmt: skip
#: Their answer is to go to the page to sign in, whoever asks.
LEAD_TO_SIGN_IN = {
    "/account/second-step/again",
    "/register/confirm",
    "/sign-in/new-password",
    "/sign-in/with/{provider}",
    "/sign-in/with/{provider}/back",
    "/sign-in/second-step/authenticator",
}
#: Without the secret of a link that works there is nothing for anybody.
OPENED_BY_A_LINK = {
    "/account/email/confirm",
    "/account/email/refuse",
    "/register/confirm",
    "/sign-in/by-link",
    "/sign-in/new-password",
}
#: What is sent where an empty form would not even be looked at.
FORMS = {"/editions/{edition}/settings/form/questions/{question}/place": b"way=up"}
#: All that a GET may write: when a sign-in was last used, and that a wrong secret was tried. Coming
#: back from a provider with its word also lets in; nobody here comes with one.
WRITTEN_BY_READING = {"sign_in.seen_at", "sign_in_try"}
#: Whoever is let take people or the log along as a file leaves a row in the audit trail, and does
#: so by reading: it is the act that the trail is there for, and a link must lead to a file.
EXPORTS = {
    "/audit.csv",
    "/editions/{edition}/people.csv",
    "/editions/{edition}/people.xlsx",
    "/editions/{edition}/activities/{survey}/survey-results.csv",
    "/editions/{edition}/activities/{survey}/survey-results.xlsx",
    "/editions/{edition}/content/activities/{quiz}/analysis.csv",
    "/editions/{edition}/results/all.csv",
    "/editions/{edition}/results/all.xlsx",
    "/institutions.csv",
}
LEFT_BY_EXPORTS = {"audit_event", "audit_head"}
LEAST_CASES = {"GET": 700, "POST": 700} if ON_POSTGRESQL else {"GET": 2000, "POST": 2000}
A_DAY = timedelta(days=1)
MARK = "Quetzal"  # in every name of the world below

ABSENT = {
    "year": "1999",
    "number": "77",
    "attempt": "9",
    "other": "78",
    "section": "problem",  # there are no others
    "code": "AAAA-AAAA-AAAA",
    "token": "x",
    "name": "none.pdf",
    "course": "course-none",
    "run": "edition-none",
    "letter": "none",
    "language": "xx",
    "provider": "none",
    "secret": "x",
    "link": "x",
    "unsubscribe": "x",
}
NONE = "019a0000-0000-7000-8000-000000000000"


def in_words() -> dict[tuple[str, str], str]:
    lines = [re.split(r"\s+", line, maxsplit=2) for line in WHO_GETS_IN.strip().splitlines()]
    return {(method, path): who for method, path, who in lines}


def routes() -> Iterator[tuple[str, str]]:
    """Of the application itself, spelt as in the table."""
    for router in ROUTERS:
        for route in router.routes:
            if isinstance(route, APIRoute):
                path = route.path
                for name, word in _spelling(path, route.name).items():
                    path = path.replace(f"{{{name}}}", f"{{{word}}}")
                yield from (
                    (method, path) for method in sorted((route.methods or set()) - {"HEAD"})
                )


def _spelling(path: str, name: str) -> dict[str, str]:
    """By the route's name where a noun has other ids below an address than elsewhere."""
    kind = name.partition(".")[0]
    return SPELT.get(path, {}) or SPELT_BY_NAME.get(kind, {})


def gets_in(who: str, actor: str, place: str) -> bool:
    """Whether the table lets ``actor`` in to things of the edition ``here`` or ``elsewhere``."""
    meant = MEANT[who]
    if meant.startswith("all"):
        return not (meant != "all" and actor in NOBODY)
    role, _blank, where = actor.rpartition(" ")
    names = {actor} if where not in {"here", "elsewhere"} else {role, f"any {role}"}
    if where == place:
        names.add(f"own {role}")
    return not names.isdisjoint(name.strip() for name in meant.split(","))


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: str
    content: bytes = b""

    @property
    def is_denied(self) -> bool:
        if self.status in {401, 403, 404}:
            return True
        to = self.headers.get("location", self.headers.get("hx-redirect", ""))
        is_told = "flash=" in self.headers.get("set-cookie", "")  # what they did: they left
        return to.startswith("/sign-in") and not is_told


@dataclass
class World:
    """Two editions with the same things in each, and every kind of person."""

    app: FastAPI
    things: dict[str, dict[str, str]] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    told: str = ""  # the cookie of somebody who comes back from a provider of sign-ins
    again: list[tuple[type[SQLModel], dict[str, Any]]] = field(default_factory=list)

    async def ask(
        self, method: str, path: str, actor: str, *, partial: bool = False, form: bytes = b""
    ) -> Answer:
        """One request straight to the application, without what a client adds."""
        headers = [(b"host", b"testserver"), (b"accept-language", b"en")]
        path, _mark, query = path.partition("?")
        cookies = [f"{cookie_name()}={self.cookies[actor]}"] if actor in self.cookies else []
        if "/with/" in path:
            cookies.append(self.told)
        if cookies:
            headers.append((b"cookie", "; ".join(cookies).encode()))
        if actor in self.keys:
            headers.append((b"authorization", f"Bearer {self.keys[actor]}".encode()))
        if partial:
            headers += [(b"hx-request", b"true"), (b"hx-request-type", b"partial")]
        if method == "POST":
            headers.append((b"content-type", b"application/x-www-form-urlencoded"))
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": headers,
            "client": ("127.0.0.1", 5000),
            "server": ("testserver", 80),
        }
        got: list[Any] = []
        sent = iter([{"type": "http.request", "body": form, "more_body": False}])

        async def receive() -> dict[str, Any]:
            for message in sent:
                return message
            await asyncio.Event().wait()  # nobody hangs up
            raise AssertionError

        async def send(message: Any) -> None:
            got.append(message)

        await self.app(scope, receive, send)
        head = next(m for m in got if m["type"] == "http.response.start")
        body = b"".join(m.get("body", b"") for m in got if m["type"] == "http.response.body")
        found: dict[str, str] = {}
        for name, value in head["headers"]:
            known = name.decode().lower()
            found[known] = f"{found.get(known, '')} {value.decode()}".strip()
        return Answer(head["status"], found, body.decode("utf-8", "replace"), body)

    def path(self, template: str, place: str, **instead: str) -> str:
        def value(match: re.Match[str]) -> str:
            name = match[1]
            if name in instead:
                return instead[name]
            if place == "absent":
                return ABSENT.get(name, NONE)
            return self.things[place][name]

        return re.sub(r"\{(\w+)\}", value, template)

    def keep(self, *rows: SQLModel) -> None:
        """Have these be as they are now for everybody who is let in."""
        self.again += [(type(row), row.model_dump()) for row in rows]

    def tidy(self, session: Session, actor: str) -> None:
        """Make good what the last request ended: roles, sign-ins, looks at somebody's pages."""
        for kind, values in self.again:
            table = SQLModel.metadata.tables[str(kind.__tablename__)]
            key = [column == values[column.name] for column in table.primary_key]
            there = session.connection().execute(table.select().where(*key)).mappings().first()
            if there is None:
                session.connection().execute(table.insert(), values)
            elif dict(there) != values:
                session.connection().execute(table.update().where(*key), values)
        if actor in self.cookies:
            session.connection().execute(
                text("DELETE FROM sign_in WHERE token_hash = :hash"),
                {"hash": token_hash(self.cookies[actor])},
            )
            sign_in = a_sign_in(self.accounts[actor], token_hash(self.cookies[actor]))
            sign_in.second_step_due = actor == "half way"
            session.add(sign_in)
            session.flush()


@pytest.fixture
def world(session: Session, make: Make, monkeypatch: pytest.MonkeyPatch) -> World:
    from app.main import create_app  # noqa: PLC0415 -- the product reads its settings when imported

    house = SignInProvider(key="house", name="House", issuer="http://localhost:1",
                           client_id="taller", client_secret=SecretStr("secret"))  # fmt: skip
    monkeypatch.setattr(settings(), "sign_in_providers", [house])
    world = World(create_app())
    answer = Response()
    keep_told(answer, house, Told("http://localhost:1", "nobody", "new@example.org", True, "N"), "")  # noqa: FBT003
    world.told = answer.headers["set-cookie"].partition(";")[0]
    world.accounts["coordinator"] = make.coordinator()
    for place in ("here", "elsewhere"):
        _furnish(world, session, make, place)
    world.accounts |= {
        "administrator": make.administrator(),
        "half way": make.administrator(),
        "suspended": make.administrator(suspended_at=clock.now()),
    }
    make.administrator()  # so that no one is the last
    for actor in set(world.accounts) - {"key holder here", "observer elsewhere"}:
        world.cookies[actor] = f"secret of {actor}".replace(" ", "-")
        world.tidy(session, actor)
    key = make_key(session, world.accounts["key holder here"].id, name="a program")
    world.keys["key holder here"] = key
    return world


def _furnish_with_media(
    world: World, make: Make, edition: Edition, activity: Activity
) -> dict[str, str]:
    """What is led to, looked around in, and on its way to us."""
    leading = make.activity(make.module(edition), kind=ActivityKind.LINK)
    around = make.activity(make.module(edition), kind=ActivityKind.PANORAMA)
    asking = make.activity(make.module(edition), kind=ActivityKind.SURVEY)
    survey = make.saved(Survey(activity_id=asking.id))
    asked = make.saved(SurveyQuestion(survey_id=survey.id, position=1, kind=SurveyKind.LONG))
    scene = make.saved(Scene(activity_id=around.id, position=1, title={"en": f"{MARK} hall"}))
    point = make.saved(
        Hotspot(scene_id=scene.id, position=1, yaw=0, pitch=0, title={"en": f"{MARK} door"})
    )
    begun: dict[str, Any] = {"role": FileRole.DOWNLOAD, "language": "en", "name": f"{MARK}.pdf"}
    upload = make.saved(
        Upload(account_id=world.accounts["coordinator"].id, activity_id=activity.id, length=9,
               expires_at=clock.now() + A_DAY, **begun)
    )  # fmt: skip
    world.keep(upload, scene, point, asked)
    return {
        "upload": str(upload.id),
        "leading": str(leading.id),
        "around": str(around.id),
        "survey": str(asking.id),
        "survey_question": str(asked.id),
        "scene": str(scene.id),
        "point": str(point.id),
    }


def _furnish(world: World, session: Session, make: Make, place: str) -> None:
    institution = make.institution(name=f"{MARK} Institute")
    course = make.course(title={"en": f"{MARK} course"})
    edition = make.edition(course, capstone=CapstoneKind.ROADMAP, rubric_id=make.rubric().id)
    owner = make.account(institution_id=institution.id, name=f"Ana {MARK}", language="en")
    own = make.counted(make.enrolment(owner, edition))
    team = make.team(edition, own, name=f"Team {MARK}")
    capstone = make.capstone(team, milestones=3, title=f"{MARK} work")
    make.version(capstone, 1)
    make.version(capstone, 2)
    module = make.module(edition)
    activity = make.activity(module, title={"en": f"{MARK} page"})
    rule = make.rule(module, RuleKind.DATE, opens_on=date(2020, 1, 1))
    for n, body in enumerate(["Read.", "Read this."], 1):
        make.saved(TextVersion(activity_id=activity.id, language="en", number=n, body=body))
    quiz = make.quiz(make.module(edition))
    attempt = begin_attempt(session, own.id, quiz, now=clock.now())
    more = make.saved(
        QuizExtension(activity_id=quiz.id, enrolment_id=own.id, minutes=9, reason=f"{MARK} line")
    )
    world.keep(more)
    stored = make.saved(
        StoredFile(key=f"none/{place}", name="guide.pdf", content_type="application/pdf",
                   size=0, sha256=hashlib.sha256(b"").hexdigest())
    )  # fmt: skip
    _keep_nothing_at(stored.key)
    held = make.saved(
        ActivityFile(activity_id=activity.id, file_id=stored.id, role=FileRole.DOWNLOAD,
                     language="en")
    )  # fmt: skip
    world.keep(module, activity, rule, held)
    media = _furnish_with_media(world, make, edition, activity)
    meeting = make.live_session(
        edition, title=f"{MARK} meeting", slides_id=stored.id, published_at=clock.now()
    )
    certificate = make.certificate(make.completed_by(owner, make.edition()))
    spare = make.account(name=f"Spare {MARK}")
    message: Message = welcome(session, spare)
    message.status = MessageStatus.FAILED
    make.saved(message)
    theirs = make.saved(a_sign_in(spare, f"spare {place}"))
    mine = make.saved(a_sign_in(owner, f"mine {place}"))
    role = make.staff(edition, spare, StaffRole.OBSERVER)
    world.keep(theirs, mine, role, stored, held)
    key = make_key(session, owner.id, name="mine")
    ready: dict[str, Any] = {"status": CopyStatus.READY, "expires_at": clock.now() + A_DAY}
    copy = make.saved(DataCopy(account_id=owner.id, file_id=stored.id, **ready))
    world.things[place] = {
        "copy": str(copy.id),
        "edition": str(edition.id),
        "course": course.slug,
        "course_id": str(course.id),
        "run": edition.slug,
        "module": str(module.id),
        "activity": str(activity.id),
        "rule": str(rule.id),
        "quiz": str(quiz.id),
        "attempt": "1",
        "bank_question": str(_first(session, "question", "course_id", course.id)),
        "slot": str(
            _first(session, "quiz_slot", "quiz_id", _first(session, "quiz", "activity_id", quiz.id))
        ),
        "extension": str(more.id),
        "answer": str(_first(session, "answer", "attempt_id", attempt.id)),
        "file": str(stored.id),
        "name": "guide.pdf",
        "offered": str(held.id),
        **media,
        "live_session": str(meeting.id),
        "capstone": str(capstone.id),
        "milestone": str(_first(session, "milestone", "capstone_id", capstone.id)),
        "section": "problem",
        "number": "1",
        "other": "2",
        "code": certificate.code,
        "token": feed_token(owner.id, 1),
        "account": str(spare.id),
        "message": str(message.id),
        "sign_in": str(theirs.id),
        "own_sign_in": str(mine.id),
        "key": str(_first(session, "api_token", "account_id", owner.id)),
        "year": "2026",
        "letter": "welcome",
        "language": "en",
        "provider": "house",
    }
    world.things[place] |= (
        _about_institution(world, make, institution, owner)
        | _about_admission(world, make, edition, stored)
        | _about_people(world, make, own, stored)
        | _about_account(world, session, make, owner)
        | _about_forums(world, make, edition, owner, stored)
    )
    del key
    world.accounts[f"participant {place}"] = owner
    world.accounts[f"tutor {place}"] = make.tutor(edition)
    world.accounts[f"focal point {place}"] = make.focal(institution)
    if place == "here":
        applicant = make.account()
        applied = make.enrolment(applicant, edition, status=EnrolmentStatus.APPLIED)
        session.add(Application(enrolment_id=applied.id, letter_id=stored.id))
        session.flush()
        world.accounts["applicant here"] = applicant
        world.keep(applied)
        world.accounts["observer here"] = make.observer(edition)
        world.accounts["key holder here"] = make.tutor(edition)


def _about_institution(
    world: World, make: Make, institution: Institution, owner: Account
) -> dict[str, str]:
    country = institution.country
    alias = make.alias(institution, f"{MARK} of {institution.acronym}")
    focal = make.focal(institution, name=f"Fofo {MARK}")
    colleague = make.account(institution_id=institution.id, email_bounced_at=clock.now())
    plain: dict[str, Any] = {"account_id": owner.id, "country": country, "name": f"{MARK} school"}
    proposal = make.saved(
        InstitutionProposal(kind=ProposalKind.NEW, key=f"new {institution.id}", **plain)
    )
    change = make.saved(
        InstitutionProposal(kind=ProposalKind.CHANGE, key=f"change {institution.id}",
                            institution_id=institution.id, as_alias=True, **plain)
    )  # fmt: skip
    gone = make.institution(merged_into_id=institution.id)
    merge = make.saved(InstitutionMerge(gone_id=gone.id, stays_id=institution.id))
    world.keep(alias, focal, colleague, proposal, change, gone, merge)
    return {
        "institution": str(institution.id),
        "alias": str(alias.id),
        "focal_point": str(focal.id),
        "colleague": str(colleague.id),
        "proposal": str(proposal.id),
        "change": str(change.id),
        "merge": str(merge.id),
    }


def _about_admission(
    world: World, make: Make, edition: Edition, stored: StoredFile
) -> dict[str, str]:
    """What the edition asks and keeps, and who is to come in."""
    del stored
    by = world.accounts["coordinator"].id
    asked = ApplicationQuestion(edition_id=edition.id, position=1, kind=AskedKind.SHORT,
                                text={"en": f"{MARK}?"})  # fmt: skip
    question = make.saved(asked)
    reserve = make.saved(ReservedSeats(edition_id=edition.id, country="PE", seats=1))
    invitation = make.saved(
        Invitation(edition_id=edition.id, email=f"{MARK.lower()}-{edition.id}@example.org",
                   invited_by_id=by, changed_at=clock.now())
    )  # fmt: skip
    waits = make.enrolment(make.account(), edition, status=EnrolmentStatus.WAITLISTED)
    standing = WaitingPlace(enrolment_id=waits.id, edition_id=edition.id, position=1)
    make.session.add(standing)
    make.session.flush()
    world.keep(question, reserve, invitation, waits, standing)
    return {
        "question": str(question.id),
        "reserve": str(reserve.id),
        "invitation": str(invitation.id),
        "secret": secret_of(invitation.id, invitation.generation),
        "waiting": str(waits.id),
    }


def _about_people(world: World, make: Make, own: Enrolment, stored: StoredFile) -> dict[str, str]:
    """What is written, decided and read from a file about the people of the edition."""
    by = world.accounts["coordinator"].id
    make.session.add(Application(enrolment_id=own.id, letter_id=stored.id))
    note = make.saved(EnrolmentNote(enrolment_id=own.id, author_id=by, body=f"{MARK} note"))
    decision = make.saved(
        BulkDecision(edition_id=own.edition_id, account_id=by, verdict=Verdict.APPROVE)
    )
    begun = make.saved(
        PeopleImport(edition_id=own.edition_id, account_id=by, file_name="people.csv",
                     language="en", status=ImportStatus.READY, to_do=1)
    )  # fmt: skip
    world.keep(own, note, decision, begun)
    return {
        "enrolment": str(own.id),
        "note": str(note.id),
        "decision": str(decision.id),
        "people_import": str(begun.id),
    }


def _about_forums(
    world: World, make: Make, edition: Edition, owner: Account, stored: StoredFile
) -> dict[str, str]:
    """A forum and the community of the course, with a topic of the participant in each."""
    found: dict[str, str] = {}
    for forum, prefix in ((make.forum(edition), ""), (make.community(edition), "common_")):
        topic = make.topic(forum, owner, f"{MARK} asks", title=f"{MARK} topic")
        post = make.post(topic, owner, f"{MARK} post")
        file = make.saved(
            ForumAttachment(
                post_id=post.id,
                file_id=stored.id,
                position=1,
                status=AttachmentStatus.READY,
            )
        )
        world.keep(topic, post, file)
        ids = {
            "topic": topic.id,
            "post": post.id,
            "attachment" if not prefix else "file": stored.id,
        }
        found |= {f"{prefix}{name}": str(id_) for name, id_ in ids.items()}
        if forum.activity_id:
            found["forum"] = str(forum.activity_id)
    return found


def _about_account(world: World, session: Session, make: Make, owner: Account) -> dict[str, str]:
    """What opens the account of a participant, or ends something in it."""
    identity = make.saved(
        LinkedIdentity(account_id=owner.id, issuer="http://localhost:1", subject=owner.email)
    )
    key = Passkey(account_id=owner.id, name="Stick", credential=str(owner.id), public_key="x")
    passkey = make.saved(key)
    link = OneTimeToken(account_id=owner.id, kind=LinkKind.SIGN_IN, email=owner.email,
                        token_hash="", expires_at=clock.now() + timedelta(hours=1))  # fmt: skip
    secret = link_secret(link.id)
    link.token_hash = token_hash(secret)
    session.add(link)
    session.flush()
    world.keep(owner, identity, passkey)
    return {
        "identity": str(identity.id),
        "passkey": str(passkey.id),
        "link": secret,
        "unsubscribe": unsubscribe_token(owner.id, "announcements", 1),
    }


def _keep_nothing_at(key: str) -> None:
    import obstore  # noqa: PLC0415

    from app.core import files  # noqa: PLC0415

    obstore.put(files.store(), key, b"")


def _first(session: Session, table: str, column: str, of: UUID) -> UUID:
    found = SQLModel.metadata.tables[table]
    rows = session.connection().execute(found.select().where(found.c[column] == of).limit(1))
    found_id: UUID = rows.mappings().one()["id"]
    return found_id


def everything(*, besides: AbstractSet[str] = frozenset()) -> str:
    """A fingerprint of every row of every table, but for the tables and columns named."""
    digest = hashlib.sha256()
    with db.reading_engine().connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            if table.name in besides:
                continue
            columns = [c for c in table.columns if f"{table.name}.{c.name}" not in besides]
            rows = connection.execute(select(*columns)).fetchall()
            digest.update(f"{table.name}{sorted(map(repr, rows))}".encode())
    return digest.hexdigest()


def test_every_address_is_in_the_table_and_the_other_way_round() -> None:
    listed, there = in_words(), set(routes())

    wrong = there ^ set(listed)
    print(f"{len(there)} cases run, {len(wrong)} violations")
    assert {f"{m} {p}" for m, p in there} == {f"{m} {p}" for m, p in listed}
    assert set(listed.values()) <= set(MEANT)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_address_lets_in_whom_the_table_says(
    world: World, session: Session, method: str
) -> None:
    walk = Walk(world, session)

    asyncio.run(walk.reads() if method == "GET" else walk.writes())

    print(f"{walk.cases} cases run, {len(walk.violations)} violations")
    assert not walk.violations, "\n".join(walk.violations)
    assert walk.cases > LEAST_CASES[method]  # nothing fell out of the walk


@dataclass
class Walk:
    world: World
    session: Session
    cases: int = 0
    violations: list[str] = field(default_factory=list)
    of_nothing: dict[tuple[str, str, str], Answer] = field(default_factory=dict)

    async def reads(self) -> None:
        """Whoever reads and whatever they get, nothing is changed by it."""
        before = everything(besides=WRITTEN_BY_READING)
        for path, who in self._of("GET"):
            await self._denied("GET", path, who)
            if path in EXPORTS:
                before = self._changed(before, f"GET {path}: a denied request changed something")
                await self._exported(path, who)
                before = everything(besides=WRITTEN_BY_READING)
            else:
                await self._allowed("GET", path, who)
                before = self._changed(before, f"GET {path}: reading changed something")

    def _changed(self, before: str, violation: str) -> str:
        if (after := everything(besides=WRITTEN_BY_READING)) != before:
            self.violations.append(violation)
        return after

    async def _exported(self, path: str, who: str) -> None:
        """An export writes that it was made, and nothing else."""
        besides = WRITTEN_BY_READING | LEFT_BY_EXPORTS
        before, whole = everything(besides=besides), everything(besides=WRITTEN_BY_READING)
        await self._allowed("GET", path, who)
        if everything(besides=besides) != before:
            self.violations.append(f"GET {path}: the export changed something")
        somebody_may = any(gets_in(who, actor, "here") for actor in ASKING)
        if somebody_may and everything(besides=WRITTEN_BY_READING) == whole:
            self.violations.append(f"GET {path}: the export left no row")

    async def writes(self) -> None:
        before = everything()
        for path, who in self._of("POST"):
            await self._denied("POST", path, who)
            if (after := everything()) != before:
                self.violations.append(f"POST {path}: a denied request changed something")
                before = after
        for path, who in self._of("POST"):
            await self._allowed("POST", path, who)

    @staticmethod
    def _of(method: str) -> list[tuple[str, str]]:
        return [(path, who) for (m, path), who in in_words().items() if m == method]

    async def _denied(self, method: str, path: str, who: str) -> None:
        """Everybody whom the table keeps out, from everything that it keeps them out of."""
        for place in self._places(path):
            for actor in ASKING:
                if place in {"here", "elsewhere"} and gets_in(who, actor, place):
                    continue
                if place == "absent" and self._is_open_anyway(path, who):
                    continue
                if place in {"mixed", "elsewhere"} and self._is_as_here(actor, place, who):
                    continue
                answer = await self._ask(method, path, actor, place)
                if place == "absent":
                    self.of_nothing[method, path, actor] = answer
                self._expect_denied(answer, method, path, actor, place, who)
                if place == "here" and method == "GET":
                    part = await self._ask(method, path, actor, place, partial=True)
                    self._expect_denied(part, method, path, actor, f"{place}, as a part", who)
                if place in {"here", "elsewhere"}:
                    await self._like_nothing(answer, method, path, actor, place)

    async def _like_nothing(
        self, answer: Answer, method: str, path: str, actor: str, place: str
    ) -> None:
        """What one may not know of is answered like what does not exist.

        403 alone may tell: somebody within the edition or the institution, who knows of it, or one
        of the platform. That there is an edition of a course is no secret.
        """
        if not self._rows(path) or path.startswith("/courses/"):
            return
        nothing = self.of_nothing.get((method, path, actor))
        nothing = nothing or await self._ask(method, path, actor, "absent")
        self.of_nothing[method, path, actor] = nothing
        is_within = re.search(r"\{(edition|institution)\}", path) and self._is_in(actor, place)
        if is_within and (answer.status, nothing.status) == (403, 404):
            return
        differ_by = abs(len(answer.body) - len(nothing.body))  # at most by their own addresses
        if answer.status != nothing.status or differ_by >= 64:
            self.violations.append(
                f"{method} {path}: {actor} can tell it from nothing "
                f"({answer.status}, {len(answer.body)} and {nothing.status}, {len(nothing.body)})"
            )

    @staticmethod
    def _is_as_here(actor: str, place: str, who: str) -> bool:
        """Whether asking for the same things of the other edition would say nothing new."""
        if who == "everyone" or actor in NOBODY or actor.endswith(" elsewhere"):
            return True
        return place == "elsewhere" and actor in STAFF

    @staticmethod
    def _is_in(actor: str, place: str) -> bool:
        return actor in STAFF or (actor.endswith(f" {place}") and "applicant" not in actor)

    async def _allowed(self, method: str, path: str, who: str) -> None:
        asked = 0
        for place in ("here", "elsewhere") if self._rows(path) else ("here",):
            for actor in ASKING:
                if not gets_in(who, actor, place) or (path in SLOW and asked):
                    continue
                if place == "elsewhere" and not actor.endswith(place):
                    continue  # as here
                asked += 1
                if method == "POST":
                    self.world.tidy(self.session, actor)
                answer = await self._ask(method, path, actor, place)
                is_led = path in LEAD_TO_SIGN_IN and answer.status == 303
                is_led = is_led or (path in OPENED_BY_A_LINK and answer.status == 404)
                if (answer.is_denied and not is_led) or answer.status >= 500:
                    self.violations.append(
                        f"{method} {path}: {actor} ({place}) got {answer.status}"
                    )
                if method == "GET" and path not in SLOW:
                    part = await self._ask(method, path, actor, place, partial=True)
                    if part.is_denied and not is_led:
                        self.violations.append(f"{method} {path}: {actor} got no part")

    def _expect_denied(
        self, answer: Answer, method: str, path: str, actor: str, place: str, who: str
    ) -> None:
        is_refused = gets_in(who, actor, "here") and answer.status in {409, 422}
        if place in {"absent", "mixed"} and is_refused:
            return
        if not answer.is_denied:
            self.violations.append(f"{method} {path}: {actor} ({place}) got {answer.status}")
        if MARK in answer.body:
            self.violations.append(f"{method} {path}: {actor} ({place}) reads a name")
        if actor in NOBODY and answer.status in {403, 404} and place == "here":
            self.violations.append(f"{method} {path}: {actor} is not asked to sign in")

    @staticmethod
    def _rows(path: str) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", path)) - PLAIN

    def _places(self, path: str) -> list[str]:
        """Where to look: «mixed» names a thing of one edition under the address of the other."""
        rows = self._rows(path)
        if not re.search(r"\{\w+\}", path):
            return ["here"]
        places = ["absent", "here"]
        if rows:
            places.append("elsewhere")
        return [*places, "mixed"] if len(rows) > 1 else places

    @staticmethod
    def _is_open_anyway(path: str, who: str) -> bool:
        """Addresses that answer about nothing too: a year without editions, a code to check."""
        return bool(re.search(r"\{year\}", path)) or who == "everyone"

    async def _ask(
        self, method: str, path: str, actor: str, place: str, *, partial: bool = False
    ) -> Answer:
        self.cases += 1
        if place == "mixed":
            first = re.findall(r"\{(\w+)\}", path)[0]
            address = self.world.path(
                path, "elsewhere", **{first: self.world.things["here"][first]}
            )
        else:
            address = self.world.path(path, place)
        form = FORMS.get(path, b"") if method == "POST" else b""
        return await self.world.ask(method, address, actor, partial=partial, form=form)
