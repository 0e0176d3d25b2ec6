"""Words of courtesy and service that any reply may use, whatever it is about, as stems."""

from __future__ import annotations

from assist.guards._words import stem

_ENGLISH = (
    "hello hi hey dear good morning afternoon evening thank thanks thankful appreciate grateful welcome pleasure glad happy sorry apologise "
    "apologize apologies apology regret inconvenience trouble frustration frustrating frustrated disappointing disappointed disappointment "
    "understand understandable understood hear heard worry worried concern concerned patience patient wait waiting kind kindly best regards "
    "sincerely wishes warm take care day week great nice wonderful perfect message email mail letter note contact contacting contacted reach "
    "reaching touch write writing wrote written reply respond response answer answered question questions ask asking help helping helped assist "
    "assistance assisting support team colleague colleagues service customer case request issue issues problem problems matter situation look looking "
    "looked check checking checked review reviewed see find found know known tell told let inform sure certainly course absolutely please feel free "
    "further anything something else need needs needed want like able possible make makes made give given get getting send sent provide provided share "
    "shared confirm confirmed include included follow following step steps number order details detail information info account name address "
    "phone date time moment soon shortly quickly away immediately asap today tomorrow first next last new back right way work works working "
    "try trying tried happen happened happening think believe hope hoping keep continue come coming call use using used seem appears "
    "really truly fully always never already currently meantime however also well still important actually little lot bit thing things "
    "reason sort resolve resolved resolution solve solved fix fixed handle proceed process experience feedback suggestion recommend advise advice "
    "ensure assure pass passed forward forwarded escalate person human someone available directly below above attached link page here "
    "size colour color photo picture receipt invoice instead model product item version screenshot completely fully sound sounds right must sincere mean means dissatisfaction upset annoying delay delayed unfortunately moreover additionally quick simple easy"
)
_GERMAN = (
    "hallo guten tag morgen abend liebe lieber sehr geehrte geehrter danke dank vielen herzlichen freundlichen grüßen grüße gruß beste viele "
    "entschuldigung entschuldigen tut leid bedauern bedaure verständnis verstehe verstehen ärgerlich ärger unannehmlichkeiten umstände geduld warten "
    "nachricht mail schreiben geschrieben antwort antworten frage fragen anfrage anliegen fall hilfe helfen geholfen gerne gern freuen freue weiterhelfen "
    "unterstützen unterstützung team kollegen kollegin kundenservice kunde kundin problem thema lage prüfen geprüft prüfe nachsehen schauen sehen finden wissen "
    "sagen sage teilen mitteilen melden meldung kontakt kontaktieren erreichen natürlich selbstverständlich jederzeit verfügung stehen weitere weiteren fragen "
    "etwas brauchen benötigen möchten möglich machen gemacht geben gegeben senden schicken geschickt bestätigen angeben nummer bestellnummer bestellung angaben "
    "details information konto name adresse datum zeit moment bald kurz gleich schnell heute zuerst nächste nächsten zurück richtig weg arbeiten versuchen "
    "passiert hoffen hoffe weiter kommen anrufen nutzen verwenden wirklich immer bereits aktuell inzwischen jedoch wichtig leider grund klären gelöst lösung lösen "
    "bearbeiten erfahrung rückmeldung empfehlen weiterleiten weitergeleitet mensch person hier unten oben anbei link seite wünschen schönen erhalten bekommen folgende folgenden schritt schritte größe farbe foto bild rechnung stattdessen modell produkt artikel"
)
SERVICE = frozenset(stem(word) for word in f"{_ENGLISH} {_GERMAN}".split())
