"""Which column is taken for what, told from the headers alone."""

from __future__ import annotations

import time

import pytest

from airflow_provider_calendars.contacts.columns import Columns, Wanted, find_columns, recognise
from airflow_provider_calendars.contacts.opt_outs import Polarity, polarity_of
from airflow_provider_calendars.exceptions import ConfigurationError, ContactsError

EXPORTS = {
    "hubspot, English": (
        "hubspot",
        (
            "Record ID|First Name|Last Name|Email|Additional email addresses|Phone Number|Company Name"
            "|Job Title|Contact owner|Lifecycle Stage|Lead Status|Unsubscribed from all email|Create Date"
        ),
        {
            "emails": ["Email", "Additional email addresses"],
            "first_name": "First Name",
            "last_name": "Last Name",
        },
        {"Unsubscribed from all email": Polarity.NEGATIVE},
    ),
    "hubspot, internal names": (
        "hubspot",
        "hs_object_id|firstname|lastname|email|hs_additional_emails|hs_email_optout|lifecyclestage",
        {"emails": ["email", "hs_additional_emails"], "first_name": "firstname", "last_name": "lastname"},
        {"hs_email_optout": Polarity.NEGATIVE},
    ),
    "salesforce report": (
        "salesforce",
        (
            "Salutation|First Name|Last Name|Title|Account Name|Mailing Street|Phone|Email|Email Opt Out"
            "|Do Not Call|Contact ID|Contact Owner|Owner Email"
        ),
        {"emails": ["Email"], "first_name": "First Name", "last_name": "Last Name"},
        {"Email Opt Out": Polarity.NEGATIVE},
    ),
    "salesforce data loader": (
        "salesforce",
        (
            "Id|IsDeleted|MasterRecordId|AccountId|LastName|FirstName|Salutation|Name|Phone|MobilePhone|Email|Title"
            "|OwnerId|HasOptedOutOfEmail|HasOptedOutOfFax|DoNotCall|CreatedById"
        ),
        {"emails": ["Email"], "first_name": "FirstName", "last_name": "LastName", "full_name": "Name"},
        {"IsDeleted": Polarity.NEGATIVE, "HasOptedOutOfEmail": Polarity.NEGATIVE},
    ),
    "pipedrive": (
        "pipedrive",
        (
            "Person - ID|Person - Name|Person - First name|Person - Last name|Person - Email - Home"
            "|Person - Email - Work|Person - Email - Other|Person - Marketing status|Person - Owner"
            "|Person - Organization|Organization - Name|Person - Phone - Work"
        ),
        {
            "emails": ["Person - Email - Work", "Person - Email - Home", "Person - Email - Other"],
            "first_name": "Person - First name",
            "last_name": "Person - Last name",
            "full_name": "Person - Name",
        },
        {"Person - Marketing status": Polarity.STATUS},
    ),
    "pipedrive, few columns": (
        "pipedrive",
        "Person - Name|Person - Email|Person - Marketing consent",
        {"emails": ["Person - Email"], "full_name": "Person - Name"},
        {"Person - Marketing consent": Polarity.POSITIVE},
    ),
    "highlevel": (
        "highlevel",
        "Contact Id|First Name|Last Name|Phone|Email|Created|Last Activity|Tags|Additional Emails",
        {"emails": ["Email", "Additional Emails"], "first_name": "First Name", "last_name": "Last Name"},
        {},
    ),
    "zoho": (
        "zoho",
        (
            "Record Id|Contact Owner.id|Contact Owner|Lead Source|First Name|Last Name|Contact Name"
            "|Account Name.id|Account Name|Email|Secondary Email|Email Opt Out|Unsubscribed Mode"
            "|Unsubscribed Time"
            "|Created Time|Locked"
        ),
        {
            "emails": ["Email", "Secondary Email"],
            "first_name": "First Name",
            "last_name": "Last Name",
            "full_name": "Contact Name",
        },
        {
            "Email Opt Out": Polarity.NEGATIVE,
            "Unsubscribed Mode": Polarity.MOMENT,
            "Unsubscribed Time": Polarity.MOMENT,
        },
    ),
    "outlook": (
        "outlook",
        (
            "First Name|Middle Name|Last Name|Business Phone|Home Phone|E-mail Address|E-mail Type"
            "|E-mail Display Name|E-mail 2 Address|E-mail 3 Address|Manager's Name|Assistant's Email"
        ),
        {
            "emails": ["E-mail Address", "E-mail 2 Address", "E-mail 3 Address"],
            "first_name": "First Name",
            "last_name": "Last Name",
        },
        {},
    ),
    "google": (
        "outlook",
        "Name|Given Name|Family Name|E-mail 1 - Label|E-mail 1 - Value|E-mail 2 - Value|Notes",
        {
            "emails": ["E-mail 1 - Value", "E-mail 2 - Value"],
            "first_name": "Given Name",
            "last_name": "Family Name",
            "full_name": "Name",
        },
        {},
    ),
    "German": (
        "generic",
        "Anrede|Vorname|Nachname|E-Mail-Adresse|Weitere E-Mail-Adressen|Telefon|Abgemeldet von allen E-Mails",
        {
            "emails": ["E-Mail-Adresse", "Weitere E-Mail-Adressen"],
            "first_name": "Vorname",
            "last_name": "Nachname",
        },
        {"Abgemeldet von allen E-Mails": Polarity.NEGATIVE},
    ),
    "German, short": (
        "generic",
        "Name|Vorname|E-Mail",
        {"emails": ["E-Mail"], "first_name": "Vorname", "last_name": "Name"},
        {},
    ),
    "French, several first names": (
        "generic",
        "Nom|Prénom(s)|E-mail",
        {"emails": ["E-mail"], "first_name": "Prénom(s)", "last_name": "Nom"},
        {},
    ),
    "French": (
        "generic",
        "Nom|Prénom|Adresse e-mail|Désinscrit de tous les e-mails",
        {"emails": ["Adresse e-mail"], "first_name": "Prénom", "last_name": "Nom"},
        {"Désinscrit de tous les e-mails": Polarity.NEGATIVE},
    ),
    "Spanish": (
        "generic",
        "Nombre|Apellidos|Correo electrónico|Canceló la suscripción a todos los correos",
        {"emails": ["Correo electrónico"], "first_name": "Nombre", "last_name": "Apellidos"},
        {"Canceló la suscripción a todos los correos": Polarity.NEGATIVE},
    ),
    "Dutch": (
        "generic",
        "Voornaam|Achternaam|E-mailadres|Afgemeld voor alle e-mail",
        {"emails": ["E-mailadres"], "first_name": "Voornaam", "last_name": "Achternaam"},
        {"Afgemeld voor alle e-mail": Polarity.NEGATIVE},
    ),
    "Italian": (
        "generic",
        "Nome|Cognome|Indirizzo e-mail|Consenso marketing",
        {"emails": ["Indirizzo e-mail"], "first_name": "Nome", "last_name": "Cognome"},
        {"Consenso marketing": Polarity.POSITIVE},
    ),
    "Portuguese": (
        "generic",
        "Nome|Sobrenome|E-mail|Cancelou inscrição de todos os e-mails",
        {"emails": ["E-mail"], "first_name": "Nome", "last_name": "Sobrenome"},
        {"Cancelou inscrição de todos os e-mails": Polarity.NEGATIVE},
    ),
    "numbered and humped": (
        "generic",
        "firstName|lastName|emailAddress1|Email2|workEmail|hasOptedOutOfEmail",
        {
            "emails": ["workEmail", "emailAddress1", "Email2"],
            "first_name": "firstName",
            "last_name": "lastName",
        },
        {"hasOptedOutOfEmail": Polarity.NEGATIVE},
    ),
    "one name only": (
        "generic",
        "\ufeffNOM COMPLET\u00a0|  E_MAIL ",
        {"emails": ["  E_MAIL "], "full_name": "\ufeffNOM COMPLET\u00a0"},
        {},
    ),
}


def found(headers: str, **wanted: object) -> Columns | None:
    """The columns of headers written with a bar between them."""
    return find_columns(headers.split("|"), Wanted(**wanted))  # type: ignore[arg-type]


@pytest.mark.parametrize("export", EXPORTS)
def test_what_is_found_in_an_export(export: str) -> None:
    """Every export's names, addresses and opt-outs are found, and the system is recognised."""
    source, text, expected, opt_outs = EXPORTS[export]
    headers = text.split("|")
    columns = found(text)
    assert columns is not None
    shown = {
        "emails": [headers[place] for place in columns.emails],
        **{
            name: headers[place]
            for name in ("first_name", "last_name", "full_name")
            if (place := getattr(columns, name)) is not None
        },
    }
    assert shown == expected
    assert {headers[column.place]: column.polarity for column in columns.opt_outs} == opt_outs
    assert recognise(headers) == source


@pytest.mark.parametrize(
    "header",
    [
        "Contact owner email",
        "Owner Email",
        "Created By Email",
        "Manager's E-mail",
        "Assistant Email",
        "Email Domain",
        "Email Opt Out",
        "Email Type",
        "Last email date",
        "Emails opened",
        "Organization - Email",
        "Contact ID",
        "Mailing Street",
        "Emailed",
    ],
)
def test_other_peoples_addresses_are_never_taken(header: str) -> None:
    """A column about somebody else, or about e-mails in general, is no address column."""
    assert found(f"First Name|{header}") is None


@pytest.mark.parametrize(
    ("header", "polarity"),
    [
        ("Opted out of email: Newsletter", Polarity.NEGATIVE),
        ("hs_email_optout_123456", Polarity.NEGATIVE),
        ("Do not contact", Polarity.NEGATIVE),
        ("Do Not Email", Polarity.NEGATIVE),
        ("Email Invalid", Polarity.NEGATIVE),
        ("Black Listed", Polarity.NEGATIVE),
        ("Marketing Suspended", Polarity.NEGATIVE),
        ("Unsubscribed", Polarity.NEGATIVE),
        ("DND", Polarity.DO_NOT_DISTURB),
        ("DND Email", Polarity.DO_NOT_DISTURB),
        ("Do not disturb", Polarity.DO_NOT_DISTURB),
        ("DND SMS", None),
        ("Not opted out", Polarity.POSITIVE),
        ("Nicht abgemeldet", Polarity.POSITIVE),
        ("hs_email_bad_address", Polarity.NEGATIVE),
        ("No Email", Polarity.NEGATIVE),
        ("Kein E-Mail-Empfang", Polarity.NEGATIVE),
        ("E-Mail-Widerruf", Polarity.NEGATIVE),
        ("Ne pas envoyer d'e-mail", Polarity.NEGATIVE),
        ("Email allowed", Polarity.POSITIVE),
        ("UNSUB_TIME", Polarity.MOMENT),
        ("EmailBouncedDate", Polarity.MOMENT),
        ("Email bounced reason", Polarity.MOMENT),
        ("Opted out on", Polarity.MOMENT),
        ("Subscribed", Polarity.POSITIVE),
        ("Email opt-in", Polarity.POSITIVE),
        ("Accepts Email Marketing", Polarity.POSITIVE),
        ("Einwilligung E-Mail", Polarity.POSITIVE),
        ("Marketing status", Polarity.STATUS),
        ("Subscription Status", Polarity.STATUS),
        ("Email status", Polarity.STATUS),
        ("Person - Double opt-in", Polarity.STATUS),
        ("Do Not Call", None),
        ("HasOptedOutOfFax", None),
        ("SMS opt out", None),
        ("Unsubscribe link", None),
        ("OPTIN_TIME", None),
        ("Lead Status", None),
        ("Lifecycle Stage", None),
        ("State", None),
        ("Marketing contact status", None),
    ],
)
def test_what_a_header_says_about_opting_out(header: str, polarity: Polarity | None) -> None:
    """Headers about writing to the person are told from those about other channels and remarks."""
    assert polarity_of(header) is polarity


@pytest.mark.parametrize(
    "header",
    [
        *("Do not invite", "No calendar invitations", "Nicht einladen", "Objection to marketing"),
        *("Consent withdrawn", "Consent revoked", "Consent declined", "Withdrew consent", "No consent"),
        *("Not consented", "No longer subscribed", "Not opted in", "Never opted in", "Uncontactable"),
        *("Disallow emails", "Marketing Opt-In Revoked", "Do not market", "Don't Market", "Do Not Solicit"),
        *("Email suppression", "DONOTEMAIL", "Do Not Email (Yes/No)", "Automatically unsubscribed"),
        *("Einwilligung widerrufen", "Keine Einwilligung", "Zustimmung verweigert", "Nicht mehr abonniert"),
        *("Einwilligung nicht erteilt", "Newsletter gekündigt", "E-Mail gesperrt", "Nicht anschreiben"),
        *("Consentement retiré", "Retrait du consentement", "Pas de consentement", "Non abonné"),
        *(
            "Ne pas recevoir d'e-mails",
            "Consentimiento revocado",
            "Sin consentimiento",
            "No suscrito",
            "Baja",
        ),
        *("No recibir correos", "Consenso negato", "Nessun consenso", "Non iscritto", "Nessuna email"),
        *("Consentimento retirado", "Sem consentimento", "Não inscrito", "Não enviar email"),
        *("Toestemming ingetrokken", "Geen toestemming", "Niet ingeschreven", "Geen e-mail"),
        *("Opted out of email: Open Source News", "Opted out of email: Total Rewards"),
        *(
            "Opted out of email: Link Building Tips",
            "Opted out of email: No opt-outs",
            "Email (no marketing)",
        ),
    ],
)
def test_what_denies_consent_is_an_opt_out(header: str) -> None:
    """A yes under such a header would otherwise be taken for consent, or for nothing."""
    assert polarity_of(header) is Polarity.NEGATIVE


@pytest.mark.parametrize(
    "header",
    [
        *("Consent withdrawn date", "Abgemeldet am", "Date of opt-out", "Heure de désabonnement"),
        *("Datum der Abmeldung", "Disiscritto dal", "Uitgeschreven op", "Fecha de baja", "Abmeldezeitpunkt"),
        *("Désinscrit le", "Opted out on", "Motivo de baja"),
    ],
)
def test_when_and_why_somebody_opted_out(header: str) -> None:
    """The word for the moment may come first, last, or run into another."""
    assert polarity_of(header) is Polarity.MOMENT


@pytest.mark.parametrize(
    "header",
    [
        *("Consent date", "Date de consentement", "Data consenso", "Abonniert seit", "Opt-In am"),
        *("Einwilligung Quelle", "Consent version", "Opt-in method", "Origine du consentement"),
        *("Marketingkontakt-Status", "Statut du contact marketing", "Estado de contacto de marketing"),
        *("Contact No.", "No. of emails", "Number of unsubscribes", "Mailing Street", "Not contacted"),
        *("Not yet invited", "Object ID", "No. employees", "Cancellation reason", "Do not route", "No show"),
        *("Marketing emails opened", "Non-profit", "Becoming a client", "Lead Source"),
    ],
)
def test_what_says_nothing_about_the_persons_wish(header: str) -> None:
    """Dates and sources of consent, HubSpot's paid contacts, and numbers reject nobody."""
    assert polarity_of(header) is None


@pytest.mark.parametrize(
    ("header", "polarity"),
    [
        ("No opt-out", Polarity.POSITIVE),
        ("Never unsubscribed", Polarity.POSITIVE),
        ("Consent not withdrawn", Polarity.POSITIVE),
        ("Kein Widerspruch gegen Werbung", Polarity.POSITIVE),
        ("No withdrawal of consent, no opt-out", Polarity.UNCLEAR),
        ("Do not email, not opted out", Polarity.UNCLEAR),
        ("OK to email", Polarity.POSITIVE),
        ("Permission to contact", Polarity.POSITIVE),
        ("Werbung erlaubt", Polarity.POSITIVE),
        ("Consent on file", Polarity.POSITIVE),
        ("Data processing consent", Polarity.POSITIVE),
        ("Newsletter", Polarity.PLAIN_STATUS),
        ("I agree to receive marketing", Polarity.WISH),
        ("Would you like to receive our newsletter?", Polarity.WISH),
        ("Ich möchte den Newsletter erhalten", Polarity.WISH),
        ("Acepta recibir correos", Polarity.WISH),
        ("Received email", None),
        ("Marketing accepted lead", None),
        ("Offer accepted", None),
        ("Terms accepted", None),
        ("Exclude from mailings", Polarity.NEGATIVE),
        ("Marked as spam", Polarity.NEGATIVE),
        ("Email Marketing", Polarity.PLAIN_STATUS),
        ("Abonnement", Polarity.PLAIN_STATUS),
        ("Last Email Status", Polarity.PLAIN_STATUS),
    ],
)
def test_what_is_denied_counts(header: str, polarity: Polarity) -> None:
    """Denying an opt-out makes it consent; where two things are denied, nothing is guessed."""
    assert polarity_of(header) is polarity


def test_an_endless_header_takes_little_time() -> None:
    """A cell may have a mebibyte, also in what is taken for the header."""
    start = time.process_time()
    polarity_of("no email " * 100_000)
    assert time.process_time() - start < 10


def test_equally_good_columns_are_an_error_that_lists_them() -> None:
    """Where the order of preference does not settle it, nothing is guessed."""
    with pytest.raises(ContactsError, match=r"column 2 \(Email\), column 3 \(E-mail\)"):
        found("First Name|Email|E-mail")
    with pytest.raises(ContactsError, match=r"column 1 \(First Name\), column 2 \(first_name\)"):
        found("First Name|first_name|Email")


def test_naming_a_column_settles_it() -> None:
    """A column can be named by header, however written, or by number; the rest still counts for opt-outs."""
    for choice in ("E-mail", "\ufeffE-mail ", 3):
        columns = found("First Name|Email|E-mail|Home E-Mail", columns={"email": choice})
        assert columns is not None
        assert (columns.emails, columns.other_emails) == ((2,), (1, 3))
    columns = found("Firstname|HOME e-mail", columns={"email": "home_email"})
    assert columns is not None
    assert columns.emails == (1,)


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("Old Email", "own"),
        ("Alt Email", "own"),
        ("Login Email", "own"),
        ("Email display name", "own"),
        ("Billing Email", "shared"),
        ("Company Email", "shared"),
        ("Office Email", "shared"),
        ("Other Contact Email", "shared"),
        ("Contact 2 Email", "shared"),
        ("Organization - Email", "shared"),
        ("Contact owner email", "none"),
        ("Created By: Email", "none"),
        ("E-Mail des Inhabers", "none"),
        ("Account Manager Email", "none"),
        ("Email Opt Out", "none"),
    ],
)
def test_further_addresses_are_looked_at_and_never_used(header: str, kind: str) -> None:
    """Somebody's other address may be on a list; a colleague's says nothing about the contact."""
    columns = found(f"First Name|Email|{header}")
    assert columns is not None
    assert columns.emails == (1,)
    assert (columns.other_emails, columns.shared_emails) == (
        (2,) if kind == "own" else (),
        (2,) if kind == "shared" else (),
    )


def test_numbered_addresses_are_used_in_their_order() -> None:
    """Wherever the columns are, and however many there are."""
    columns = found("Name|E-mail 6 - Value|E-mail 3 - Value|E-mail 2 - Value|E-mail 1 - Value")
    assert columns is not None
    assert columns.emails == (4, 3, 2, 1)


def test_the_name_of_a_deal_is_nobodys() -> None:
    """``Deal Name`` is no name of a person, while ``Deal - Contact person`` is."""
    columns = found("Deal - Name|Deal - Contact person|Email")
    assert columns is not None
    assert columns.full_name == 1
    columns = found("Deal Name|Email")
    assert columns is None or not columns.has_names


def test_several_email_columns_can_be_named_in_order() -> None:
    """A list says which addresses may be used, and in which order."""
    columns = found("Name|Work Email|Home Email", columns={"email": ["Home Email", 2]})
    assert columns is not None
    assert columns.emails == (2, 1)


def test_extra_fields_are_taken_only_if_named() -> None:
    """Login details never get into the upload file by themselves."""
    columns = found("Name|Email|Username|Password|Login URL")
    assert columns is not None
    assert columns.extras == (None, None, None)
    columns = found("Name|Email|Username|Password", columns={"username": "Username", "password": 4})
    assert columns is not None
    assert columns.extras == (None, 2, 3)


def test_opt_out_columns_can_be_added_and_left_out() -> None:
    """The argument adds a column, gives it a polarity, or leaves one out on purpose."""
    columns = found(
        "Name|Email|Keep away|Email Opt Out|May write",
        opt_out_columns={"Email Opt Out": "ignore", "may write": "positive"},
    )
    assert columns is not None
    assert [(column.header, column.polarity) for column in columns.opt_outs] == [
        ("May write", Polarity.POSITIVE)
    ]
    columns = found("Name|Email|Keep away", opt_out_columns=["Keep away"])
    assert columns is not None
    assert [column.polarity for column in columns.opt_outs] == [Polarity.NEGATIVE]


@pytest.mark.parametrize(
    "wanted",
    [
        {"columns": {"mail": "Email"}},
        {"columns": {"email": None}},
        {"columns": {"email": []}},
        {"columns": {"first_name": ["a", "b"]}},
        {"columns": {"email": True}},
        {"opt_out_columns": "Email Opt Out"},
        {"opt_out_columns": {"Email Opt Out": "backwards"}},
        {"opt_out_columns": [3]},
    ],
)
def test_a_wrong_argument_is_named(wanted: dict[str, object]) -> None:
    """What cannot be meant is refused by the argument's name."""
    with pytest.raises(ConfigurationError, match=f"^{next(iter(wanted))}: "):
        Wanted(**wanted)  # type: ignore[arg-type]
