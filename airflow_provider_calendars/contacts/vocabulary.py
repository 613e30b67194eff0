"""How systems and languages call things: English, German, French, Spanish, Dutch, Italian, Portuguese.

Everything is written as :func:`~airflow_provider_calendars.contacts.text.header_key` and
``header_words`` leave it: without case, accents and punctuation.
"""

from __future__ import annotations

from airflow_provider_calendars.contacts.text import words_of

FIRST_NAME = (
    *("firstname", "givenname", "forename", "vorname", "prenom", "nombredepila", "primernombre"),
    *("voornaam", "primeironome", "nomeproprio"),
)
LAST_NAME = (
    *("lastname", "surname", "familyname", "nachname", "familienname", "zuname", "nomdefamille"),
    *("apellidos", "apellido", "primerapellido", "achternaam", "familienaam", "cognome", "sobrenome"),
    *("apelido", "ultimonome"),
)
FULL_NAME = (
    *("fullname", "name", "contactname", "contactfullname", "contactperson", "displayname"),
    *("vollstandigername", "anzeigename", "nomcomplet", "nombrecompleto", "volledigenaam", "naam"),
    *("nomecompleto", "nome", "nombre", "nom"),
)
FIRST_IF_LAST_IS_KNOWN = ("nombre", "nome")
"""Spanish, Italian and Portuguese write the first name simply "name"; alone it is the full name."""

LAST_IF_FIRST_IS_KNOWN = {"prenom": ("nom",), "vorname": ("name",), "voornaam": ("naam",)}
"""French, German and Dutch write the last name simply "name" beside a column for the first name."""

ENTITIES = words_of(
    "person contact lead deal customer client guest attendee participant recipient subscriber "
    "kontakt contacto contatto contato contactpersoon kunde klant cliente"
)
"""What systems put before a header to say whose it is, as Pipedrive does: ``Person - Email - Work``."""

EMAIL_PHRASES = (
    ("e mail", "email"),
    ("e post", "email"),
    ("posta elettronica", "email"),
    ("correo electronico", "email"),
    ("correos electronicos", "email"),
    ("correios eletronicos", "email"),
    ("correio eletronico", "email"),
    ("courrier electronique", "email"),
    ("courriers electroniques", "email"),
    ("adresse electronique", "email"),
    ("adresses electroniques", "email"),
)
EMAIL_WORDS = words_of(
    "email emails mail correo correos courriel courriels emailaddress emailaddresses emailadresse "
    "emailadressen mailadresse emailadres emailadressen mailadres"
)
ADDRESS_WORDS = words_of(
    "address addresses adresse adressen adresses adres direccion direcciones indirizzo indirizzi "
    "endereco enderecos value de di du des der the of d el la le l da do"
)
EMAIL_QUALIFIERS: tuple[frozenset[str], ...] = (
    frozenset(),
    ADDRESS_WORDS,
    words_of("primary main default principal principale primario primaria primaire haupt primar"),
    words_of(
        "work business office company professional geschaftlich geschaftliche dienstlich arbeit "
        "professionnel professionnelle trabajo profesional zakelijk zakelijke lavoro trabalho"
    ),
    frozenset(("1",)),
    words_of(
        "home personal private privat private privee personnel personnelle personale prive pessoal particular"
    ),
    words_of(
        "other secondary second additional alternate alternative further 2 3 4 5 hs weitere andere "
        "zusatzliche zweite autre autres secondaire supplementaire supplementaires otro otros "
        "adicional adicionales secundario secundaria adicionais outro outros altri altro secondario "
        "secondari aggiuntivi aggiuntiva aanvullende overige extra"
    ),
)
"""Words beside "email" that still make a column of the contact's own addresses, best first.

Any other word (owner, creator, manager, opt out, status, domain ...) makes it something else."""

DOWNSTREAM_OF_OPT_OUT = words_of("link url type count number source total id ids ip")
"""Words that make a column about opting out a mere remark: its cells say nothing about the person."""

MOMENT_WORDS = words_of(
    "date time timestamp at on reason mode datum zeit zeitpunkt grund fecha hora motivo heure "
    "raison reden data ora"
)
"""Words by which any entry at all means that it happened, as in ``Unsubscribed Time``."""

OTHER_CHANNELS = (
    "call",
    "phone",
    "sms",
    "fax",
    "whatsapp",
    "facebook",
    "instagram",
    "gmb",
    "telefon",
    "anruf",
    "appel",
    "llamad",
    "postal",
)

NEGATIVE_STEMS = (
    *("unsub", "optout", "optedout", "optingout", "donotemail", "donotcontact", "dontemail", "dontcontact"),
    *("donotbulkemail", "donotdisturb", "donotsend", "donotallowemail", "donotallowbulkemail"),
    *("emailinvalid", "invalidemail", "bademail", "emailbounced", "bouncedemail", "hardbounce"),
    *("marketingsuspended", "blacklist", "blocklist", "suppressed", "abgemeldet", "abmeldung", "abbestellt"),
    *("keinewerbung", "keineemail", "nichtkontaktieren", "widerspruch", "werbesperre"),
    *("desinscri", "desabonn", "nepascontacter", "opposition", "dadodebaja", "cancelolasuscripcion"),
    *("suscripcioncancelada", "nocontactar", "noenviar", "desuscri", "afgemeld", "uitgeschreven"),
    *("nietmailen", "nietcontacteren", "disiscri", "iscrizioneannullata", "annullatoiscrizione"),
    *(
        "annullatalaiscrizione",
        "noncontattare",
        "cancelouainscricao",
        "cancelouinscricao",
        "inscricaocancelada",
        "descadastr",
    ),
    *("cancelouaassinatura", "naocontatar", "quarantin", "badaddress", "widerruf", "keinemail"),
    *("emailempfangdeaktiv", "refusemail", "refusdesemail", "refusdemail", "nepasenvoyer", "afmeld"),
    *("noparticipar", "rifiutaemail", "rifiutalemail", "nonricevere", "naoreceber"),
)
NEGATED_STEMS = (
    *("notopt", "notunsub", "notblack", "notblock", "notbounc", "notsuppress", "notinvalid"),
    *("nichtabgemeldet", "nichtabbestellt", "nietafgemeld", "nondisiscri", "nondesinscri", "nondesabonn"),
)
"""What is denied in these headers would be an opt-out: yes means that there is none."""
CANCELLING_STEMS = ("cancel", "annul", "anul", "beend", "opgezegd")
SUBSCRIPTION_STEMS = ("subscri", "suscri", "iscri", "inscri", "assinatura", "abonn")
"""A header with one of each speaks of a cancelled subscription, however it is worded."""

MOMENT_ENDINGS = ("date", "time", "reason", "datum")
"""How headers end that some exports write in capitals throughout, so that their words run together."""

NEGATIVE_KEYS = frozenset(
    ("bounced", "isbounced", "isdeleted", "cleantime", "blocked", "noemail", "noemails", "nomailing")
)
POSITIVE_STEMS = (
    *("optin", "optedin", "consent", "subscribed", "acceptsmarketing", "acceptsemail", "marketingpermission"),
    *(
        "emailpermission",
        "einwilligung",
        "zustimmung",
        "abonniert",
        "consentement",
        "abonne",
        "consentimiento",
    ),
    *("emailallowed", "allowemail", "allowsemail", "contactable"),
    *("suscrito", "toestemming", "ingeschreven", "consenso", "iscritto", "consentimento", "inscrito"),
)
STATUS_WORDS = words_of("status statut estado stato state")
STATUS_STEMS = (
    *("marketing", "subscri", "email", "consent", "optin", "newsletter", "abonn", "suscripcion"),
    *("iscrizione", "inscricao", "einwilligung", "toestemming"),
)
PLAIN_STATUS_KEYS = frozenset(
    ("status", "statut", "estado", "stato", "contactstatus", "subscriberstatus", "memberstatus")
)
"""Columns of whose cells only those say anything that speak of opting out."""

SALES_STATUSES = (("lead", "status"), ("deal", "status"))
"""Columns about selling."""

STATUS_KEYS = frozenset(("doubleoptin", "marketingemailconfirmation"))
NO_OPT_OUT_KEYS = frozenset(
    ("marketingcontactstatus", "hsmarketablestatus", "unsubscribelink", "emaildomain", "consentform")
)

YES = words_of("1 true yes y x ja j oui o si s sim on t wahr vrai verdadero vero verdadeiro waar checked")
NO = words_of("0 false no n nein non nee nao off f falsch faux falso onwaar unchecked never")
NOTHING = frozenset(("", "none", "null", "nan"))
OPTED_OUT = words_of(
    "unsubscribed unsubscribe bounced bounce hardbounced hardbounce softbounced archived "
    "noconsent optedout optout nooptin notsubscribed nonsubscribed neversubscribed cleaned "
    "complained complaint spam spamcomplaint suppressed blocked blacklisted blocklisted invalid "
    "undeliverable denied declined refused withdrawn revoked deleted donotcontact donotemail "
    "nepascontacter abgemeldet abbestellt keineeinwilligung archiviert desabonne desinscrit "
    "archive nonconsenti dadodebaja sinconsentimiento archivado afgemeld uitgeschreven "
    "geentoestemming gearchiveerd disiscritto nessunconsenso archiviato semconsentimento "
    "arquivado cancelado"
)
SWITCHED_ON = words_of("active permanent aktiv actif activo actief attivo ativo")
SWITCHED_OFF = words_of("inactive inaktiv inactif inactivo inactief inattivo inativo")
OPTED_IN = words_of(
    "subscribed active confirmed optedin optin consent consented consentgiven granted given "
    "accepted valid verified deliverable ok doubleoptin singleoptin explicit express implied "
    "expressed permissiongranted impliedpermission "
    "abonniert bestatigt aktiv abonne actif confirme suscrito activo confirmado ingeschreven "
    "aangemeld actief iscritto attivo confermato inscrito ativo"
)

CRM_SIGNATURES: dict[str, frozenset[str]] = {
    "pipedrive": words_of(
        "personid personname personemail personemailwork personemailhome personemailother "
        "personfirstname personlastname personmarketingstatus personlabels personowner "
        "personphonework personorganization personpersoncreated"
    ),
    "zoho": words_of(
        "contactownerid accountnameid unsubscribedmode unsubscribedtime secondaryemail "
        "lastactivitytime modifiedtime createdtime locked leadownerid emailoptout"
    ),
    "hubspot": words_of(
        "marketingcontactstatus iddefichedinformations proprietaireducontact "
        "desabonnedetouslesemails phaseducycledevie idderegistro propietariodelcontacto "
        "secancelolasuscripcionatodosloscorreos suscripcioncanceladadetodosloscorreoselectronicos "
        "correoselectronicosadicionales etapadelciclodevida idrecord proprietariocontatto "
        "iscrizioneannullataatutteleemail fasedelciclodivita eigenaarvancontactpersoon "
        "afgemeldvooralleemail aanvullendeemailadressen levenscyclusfase iddoregistro "
        "proprietariodocontato cancelouainscricaodetodososemails fasedociclodevida "
        "vonallenemailsabgemeldet "
        "recordid unsubscribedfromallemail lifecyclestage leadstatus associatedcompany "
        "associatedcompanyids createdate marketingemailconfirmation additionalemailaddresses "
        "hsobjectid hsemailoptout hsadditionalemails lifecyclephase lebenszyklusphase datensatzid "
        "hsleadstatus companyname numassociateddeals contactowner kontaktinhaber"
    ),
    "salesforce": words_of(
        "hasoptedoutofemail hasoptedoutoffax donotcall accountid ownerid masterrecordid isdeleted "
        "mobilephone leadsource contactid leadid accountname emailoptout mailingstreet createddate "
        "salutation"
    ),
    "highlevel": words_of(
        "contactid phone created lastactivity tags additionalemails businessname opportunities dnd"
    ),
    "mailchimp": words_of(
        "memberrating optintime optinip confirmtime leid euid unsubtime unsubcampaigntitle cleantime"
    ),
    "outlook": words_of(
        "emailaddress email2address email3address emaildisplayname emailtype businessphone homephone "
        "businessstreet homestreet primaryemail displayname secondaryemail email1value email2value "
        "email1type email1label notes middlename suffix"
    ),
}
"""Headers by which an export is recognised, for the log; of equal counts the first system wins."""
