"""How systems and languages call things: English, German, French, Spanish, Dutch, Italian, Portuguese.

Everything is written as :func:`~airflow_provider_calendars.contacts.text.header_key` and
``header_words`` leave it: without case, accents and punctuation.
"""

from __future__ import annotations

from airflow_provider_calendars.contacts.text import words_of

FIRST_NAME = (
    *("firstname", "givenname", "forename", "vorname", "prenom", "nombredepila", "primernombre"),
    *("voornaam", "primeironome", "nomeproprio", "prenoms", "vornamen", "givennames", "forenames"),
    *("firstnames", "voornamen"),
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

LAST_IF_FIRST_IS_KNOWN = {
    **dict.fromkeys(("prenom", "prenoms"), ("nom", "noms")),
    **dict.fromkeys(("vorname", "vornamen"), ("name",)),
    **dict.fromkeys(("voornaam", "voornamen"), ("naam",)),
}
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
        "work business professional geschaftlich geschaftliche dienstlich arbeit "
        "professionnel professionnelle trabajo profesional zakelijk zakelijke lavoro trabalho"
    ),
    frozenset(("1",)),
    words_of(
        "home personal private privat private privee personnel personnelle personale prive pessoal particular"
    ),
    words_of(
        "other secondary second additional alternate alternative further hs weitere andere "
        "zusatzliche zweite autre autres secondaire supplementaire supplementaires otro otros "
        "adicional adicionales secundario secundaria adicionais outro outros altri altro secondario "
        "secondari aggiuntivi aggiuntiva aanvullende overige extra"
    ),
)
"""Words beside "email" that still make a column of the contact's own addresses, best first.

With any other word (old, login, status, domain ...) it is only looked at for opt-outs."""

MOST_NUMBERED = 20
"""How many numbered columns of addresses a contact may have."""

COLLEAGUES_STEMS = (
    *("owner", "creat", "manager", "assist", "assign", "modif", "updat", "agent", "sender", "reply"),
    *("report", "supervis", "referr", "host", "organizer", "organiser", "inhaber", "besitz"),
    *("eigentum", "betreu", "erstell", "bearbeit", "verantwort", "vorgesetz", "proprie"),
    *("responsab", "propiet", "asignad", "gestor", "criad", "eigenaar"),
    "gemaakt",
)
COLLEAGUES = words_of("by from rep sales")
"""Words beside "email" by which the address is that of somebody who works with the contact."""

SHARED_STEMS = (
    *("company", "organization", "organisation", "office", "billing", "invoic", "account", "support"),
    *("team", "depart", "general", "group", "shared", "spouse", "partner", "parent", "secretar"),
    *("emergency", "firm", "unternehm", "rechnung", "entrepris", "societe", "factur", "empresa"),
    *("azienda", "fattur", "bedrijf"),
)
"""Words by which several contacts may have the same address, which is then looked at for lists only."""

DOUBTS = words_of(
    "old former wrong invalid inactive left dead deceased outdated expired retired bounces falsch alt "
    "veraltet ungultig verstorben ancien ancienne invalide antiguo incorrecto vecchio errato oud"
)
"""Words in brackets behind an address by which it is too unclear to send to."""

PHRASES = (*EMAIL_PHRASES, ("no of ", "number of "), ("inscrito no ", "inscrito em "))
"""What means the same in fewer words; Portuguese "no" means "in the"."""

DOWNSTREAM_OF_OPT_OUT = words_of("link url type count number source total id ids ip nombre anzahl")
"""What makes a column about opting out a mere remark if its header begins or ends with it."""

RECORD_OF_CONSENT = words_of(
    "version method form name text note notes channel expiry expires language quelle origine origen "
    "fuente fonte bron herkunft methode metodo formular formulaire"
)
"""The same for columns about consent, of which they say how it was given."""

MOMENT_WORDS = words_of(
    "date time timestamp reason mode datum zeit zeitpunkt uhrzeit grund fecha hora motivo heure "
    "raison reden data ora"
)
"""Words by which any entry at all means that it happened, as in ``Unsubscribed Time``."""

MOMENT_LAST_WORDS = words_of("at on am seit um op em dal dall le il el depuis desde sinds since utc")
"""Words that mean the same at a header's end, as in ``Abgemeldet am``."""

MOMENT_ENDINGS = ("date", "time", "reason", "datum", "zeitpunkt", "grund")
"""How headers end that some exports write in capitals throughout, so that their words run together."""

DATA_OF_PEOPLE = (
    *("process", "protec", "privacy", "shar", "storage", "collect", "subject", "personal", "gdpr"),
    *("trattament", "tratament", "proteg", "verarbeit"),
)
"""Beside one of these, "data" is not the Italian and Portuguese word for date."""

OTHER_CHANNELS = (
    *("call", "calls", "phone", "sms", "fax", "whatsapp", "facebook", "instagram", "gmb", "telefon"),
    *("anruf", "appel", "appels", "llamad", "postal"),
)

NEGATIONS = words_of(
    "not no non never without cannot nicht kein keine keinen keiner keinerlei nie ohne pas aucun aucune "
    "jamais sans sin nunca ningun ninguna nao sem nenhum nenhuma nessun nessuna senza geen niet nooit zonder"
)
GLUED_NEGATIONS = (
    *("not", "dont", "non", "no", "never", "keinen", "keine", "kein", "nicht", "nao", "niet", "geen", "sem"),
    "sin",
)
"""How negations begin a word that some exports write without spaces, as in ``DONOTEMAIL``."""

OPTING_OUT_STEMS = (
    *("unsub", "optout", "optedout", "optingout", "emailinvalid", "invalidemail", "bademail"),
    *("emailbounced", "bouncedemail", "hardbounce", "marketingsuspended", "blacklist", "blocklist"),
    *("suppress", "uncontactable", "unconsent", "abgemeldet", "abmeld", "abbestell", "widerspruch"),
    *("widerruf", "werbesperre", "desinscri", "desabonn", "opposition", "dadodebaja", "desuscri"),
    *("spamcomplaint", "complainedofspam", "markedasspam"),
    *("afgemeld", "afmeld", "uitgeschreven", "disiscri", "descadastr", "quarantin", "badaddress"),
)
"""What suppresses by itself, whatever else a header says."""

WITHDRAWING_STEMS = (
    *("withdr", "revok", "revoc", "revoq", "revog", "denied", "declin", "reject", "expired", "lapsed"),
    *("zuruckgezog", "entzog", "verweiger", "abgelehn", "gekundig", "erlosch", "retire(?!d)", "retrait"),
    *("retirad", "ritirat", "negat", "negad", "deneg", "ingetrok", "intrek", "geweiger", "opgezeg"),
    *("refus", "rifiut", "rechaz", "recus"),
)
"""A header with one of these beside consent speaks of consent that is none."""

BLOCKING_STEMS = (
    *(
        "disallow",
        "objection",
        "exclud",
        "objected",
        "gesperr",
        "sperre",
        "verboten",
        "forbid",
        "prohib",
        "interdi",
        "deaktiv",
    ),
    *("refus", "rifiut", "rechaz", "recus"),
)
"""The same beside mail and contact, too."""

CANCELLING_STEMS = ("cancel", "annul", "anul", "beend", "opgezegd")
SUBSCRIPTION_STEMS = ("subscri", "suscri", "iscri", "inscri", "assinatura", "abonn", "newsletter")
"""A header with one of each speaks of a cancelled subscription, however it is worded."""

CONSENT_STEMS = (
    *("optin", "optedin", "consent", "consens", "subscri", "permission", "permit", "einwillig", "zustimm"),
    *("abonn", "suscri", "iscri", "inscri", "assinat", "ingeschreven", "aangemeld", "toestemming"),
    *("autoris", "autoriz", "newsletter", "werb", "market"),
)
CONTACT_STEMS = (
    *("e?mail(?!ed)", "correo", "correio", "courriel", "infolettre", "boletin", "contact(?!ed|person|owner)"),
    *("kontakt(?!person|inhaber)", "contat", "contatt", "solicit", "receive", "recevoir", "recibir"),
    *("ricevere", "receber", "ontvang", "erhalten", "empfang", "anschreib", "bulk", "send(?!er)", "envoyer"),
    *("enviar", "inviare", "participar", "promo", "communic", "comunic", "publici", "pubblic", "allow"),
    *("erlaub", "agree", "accept", "acept", "accett", "aceit", "invite(?!d)", "invitation", "invitar"),
    *("einlad", "uitnodig", "convidar"),
)
"""What is welcome; a negation turns a header that speaks of it into one that suppresses."""

NEGATIVE_KEYS = frozenset(
    (
        "bounced",
        "isbounced",
        "hasbounced",
        "isdeleted",
        "cleantime",
        "blocked",
        "erased",
        "righttobeforgotten",
        "baja",
        "bajanewsletter",
    )
)
NEGATIVE_MOMENT_KEYS = frozenset(("fechadebaja", "fechabaja", "motivodebaja", "motivobaja"))
POSITIVE_STEMS = (
    *("optin", "optedin", "consent", "subscribed", "acceptsmarketing", "acceptsemail", "marketingpermission"),
    *("emailpermission", "einwilligung", "zustimmung", "abonniert", "consentement", "consentimiento"),
    *("abonne(?!ment)", "emailallowed", "allowemail", "allowsemail", "contactable", "suscrito"),
    *("toestemming", "ingeschreven", "consenso", "iscritto", "consentimento", "inscrito"),
    *("oktoemail", "oktocontact", "oktomail", "emailok", "maywe", "mayi", "canwe", "canemail", "canwrite"),
    *("permissionto", "marketingpermitted", "marketingallowed", "allowmarketing", "allowcontact"),
    *("contactallowed", "werbungerlaubt", "werbeerlaubnis", "emailerlaubt", "wantsemail"),
    *(
        "receiveemail",
        "receivesemail",
        "acceptelesemail",
        "accepteemail",
        "aceptaemail",
        "accettaemail",
        "aceitaemail",
    ),
    *("autorisationemail", "autorizzazioneemail", "autorizacionemail", "autorizacaoemail"),
)
WISH_STEMS = (
    *(
        "agree",
        "accept(?!ance|ed)",
        "acept",
        "accett",
        "aceit",
        "allowed",
        "erlaubt",
        "darf",
        "souhait",
        "wunsch",
    ),
    *("wouldyoulike", "wouldlike", "happyto", "mochte", "keepmeinformed", "sendme", "signup", "subscribeto"),
    *("canbe", "cancontact", "deseo", "quiero", "vorrei", "quero", "wil(?=nieuws|email|mail)", "marketingok"),
    *("receive(?!d)", "recevoir", "recibir", "ricevere", "receber", "ontvangen", "erhalten"),
)
WISHED_STEMS = (
    *(
        "mail",
        "correo",
        "correio",
        "courriel",
        "newsletter",
        "nieuwsbrief",
        "boletin",
        "infolettre",
        "market",
    ),
    *("contact", "kontakt", "contat", "contatt", "werb", "promo", "publici", "pubblic", "informed"),
)
"""A header with one of each asks whether somebody would like to be written to."""

STATUS_WORDS = words_of("status statut estado stato state")
STATUS_STEMS = (
    *("marketing", "subscri", "email", "consent", "optin", "newsletter", "abonn", "suscripcion"),
    *("iscrizione", "inscricao", "einwilligung", "toestemming"),
)
WORK_WORDS = words_of(
    "last first next sending sent sequence sync campaign qualification lead verification validation send"
)
"""Words by which a status is that of somebody's work, or of one mail."""

PLAIN_STATUS_KEYS = frozenset(
    ("status", "statut", "estado", "stato", "contactstatus", "subscriberstatus", "memberstatus")
)
"""Columns of whose cells only those say anything that speak of opting out."""

LIST_WORDS = words_of(
    "newsletter newsletters marketing subscription subscriptions preference preferences mailing mailings "
    "abonnement abonnements suscripcion iscrizione inscricao assinatura boletin infolettre"
)
"""The same is true of columns that are called by these words and "email" only."""

SALES_STATUSES = (("lead", "status"), ("deal", "status"))
"""Columns about selling."""

STATUS_KEYS = frozenset(("doubleoptin", "marketingemailconfirmation"))
NO_OPT_OUT_KEYS = frozenset(("hsmarketablestatus", "unsubscribelink", "emaildomain", "consentform"))
MARKETING_CONTACT_STEMS = (
    *("marketingcontact", "marketingkontakt", "contactmarketing", "contactodemarketing"),
    *("contattodimarketing", "contatodemarketing"),
)
"""HubSpot's word for contacts that are paid for, which says nothing about consent."""

YES = words_of("1 true yes y x ja j oui o si s sim on t wahr vrai verdadero vero verdadeiro waar checked")
NO = words_of("0 false no n nein non nee nao off f falsch faux falso onwaar unchecked never")
NOTHING = frozenset(("", "none", "null", "nan"))
NOT_HAPPENED = NOTHING | NO | words_of("na nie jamais nunca mai nooit")
"""What a cell about a moment holds where there was none."""

OPTED_OUT = words_of(
    "unsubscribed unsubscribe bounced bounce hardbounced hardbounce softbounced softbounce archived "
    "noconsent optedout optout nooptin notsubscribed nonsubscribed neversubscribed notoptedin cleaned "
    "complained complaint spam spamcomplaint suppressed blocked blacklisted blocklisted invalid "
    "undeliverable denied declined refused withdrawn revoked deleted donotcontact donotemail donotmail "
    "donotmarket donotsolicit donotsend donotallow canceled cancelled nocontact "
    "nepascontacter abgemeldet abbestellt keineeinwilligung nichtkontaktieren archiviert desabonne "
    "desinscrit nocontactar noncontattare naocontatar nietcontacteren widerrufen gekundigt "
    "archive nonconsenti dadodebaja sinconsentimiento archivado afgemeld uitgeschreven "
    "geentoestemming gearchiveerd disiscritto nessunconsenso archiviato semconsentimento "
    "arquivado cancelado"
)
OPTED_OUT_STARTS = ("unsub", "optout", "optedout", "blacklist", "blocklist", "suppress", "usersuppress")
"""How a word may begin that says so anywhere in a cell."""

SWITCHED_ON = words_of("email emails all active permanent aktiv actif activo actief attivo ativo")
SWITCHED_OFF = words_of("inactive inaktiv inactif inactivo inactief inattivo inativo")
SUBSCRIBED = words_of(
    "subscribed optedin optin doubleoptin singleoptin allow abonniert abonne suscrito ingeschreven "
    "aangemeld iscritto inscrito"
)
"""What passes even where a column asks for opt-outs."""

OPTED_IN = SUBSCRIBED | words_of(
    "active confirmed consent consented consentgiven granted given accepted valid verified deliverable "
    "ok explicit express implied expressed permissiongranted impliedpermission "
    "bestatigt aktiv actif confirme activo confirmado actief attivo confermato ativo "
    "trial trialing paying paid free"
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
