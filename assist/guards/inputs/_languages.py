"""Cues of prompt injection in other languages than English: orders to forget, and requests for secrets."""

from __future__ import annotations

# "Ignore the … instructions": verb and noun, in either order where the language has it so.
OVERRIDES = (
    r"(?:ignor(?:e[zr]?|ons)|oubli(?:e[zr]?|ons)|ne (?:tiens|tenez) (?:pas|plus) compte)\b.{0,40}"
    r"(?:instructions?|consignes|règles|directives|fonction\b|ordres)",
    r"(?:ignorier\w*|vergiss|vergessen sie|missacht\w*|überspring\w*)\b.{0,40}"
    r"(?:anweisung\w*|instruktion\w*|regeln|vorgaben|befehle|funktion\b|richtlinien)",
    r"(?:ignor[ae]\w*|olvid[ae]\w*|descart[ae]\w*)\b.{0,40}(?:instrucciones|reglas|órdenes|indicaciones|función)",
    r"(?:ignor[aei]\w*|dimentic[ah]\w*)\b.{0,40}(?:istruzioni|regole|ordini|funzione)",
    r"(?:ignor[ae]\w*|esqueç[ao]\w*|desconsider[ae]\w*)\b.{0,40}(?:instruções|regras|ordens|função)",
    r"(?:negeer|vergeet)\b.{0,40}(?:instructies|regels|opdrachten|functie)",
    r"(?:zignoruj|ignoruj|zapomnij)\w*\b.{0,40}(?:instrukcj\w*|zasad\w*|polece\w*)",
    r"(?:игнориру\w*|проигнориру\w*|забудь\w*)\b.{0,40}(?:инструкци\w*|правил\w*|указани\w*|функци\w*)",
    r"(?:αγνο[ηή]\w*|ξεχ[αάν]\w*)\b.{0,40}(?:οδηγ[ιί]ες|εντολ[εέ]ς|κανόνες|συνάρτηση)",
    # "Ignore … and say …".
    r"\bignor[ea]\w*\b.{2,40}\b(?:y|e|et|i|und|en)\b.{0,6}\b(?:declar|di[gtr]|escrib|indic|indiqu|respond|répond|rispond|écri|scriv|afirm|affirm"
    r"|sag|schreib|antwort|gib|zeg|schrijf|imprim)\w*",
    r"\bignorier\w*\b.{2,40}\bund\b.{0,6}\b(?:sag|schreib|antwort|gib|gebe|erklär|behaupt)\w*",
    r"تجاهل.{0,40}(?:تعليمات|الأوامر|القواعد|الوظيفة)",
    r"(?:निर्देश|नियम).{0,30}(?:अनदेखा|भूल|नज़रअंदाज़)|(?:अनदेखा|भूल).{0,30}(?:निर्देश|नियम)",
    r"(?:talimat|kural|komut)\w*.{0,30}(?:yok say|unut|görmezden|dikkate alma)",
    r"(?:指示|命令|ルール|説明|関数|以前の|上記).{0,20}(?:無視|忘れ)|(?:無視|忘れ)(?:して|し).{0,40}(?:述べ|言|答え|出力|ください)",
    r"(?:忽略|无视|忘记|忘掉|不要理会).{0,15}(?:指令|指示|规则|提示词|要求|函数)",
    r"(?:지시|명령|규칙|지침|설명|함수).{0,15}(?:무시|잊)",
)
# A question or an order about a password, a key or the instructions themselves.
SECRETS = (
    # "Your password": nobody writes that to a desk about their own.
    r"\b(?:votre|ton) (?:mot de passe|clé secrète)|\b(?:ihr|dein) (?:passwort|kennwort)\b|\b(?:tu|su|vuestra) contraseña"
    r"|\b(?:la tua|la sua) password|\b(?:sua|tua) (?:senha|palavra-passe)|\b(?:je|uw|jouw) wachtwoord|\bвашего? парол\w*",
    r"(?:quel(?:le)? est|donne[rz]?|dis|dites|partage[rz]?|révéle[rz]?|besoin|fournir).{0,40}(?:mot de passe|clé secrète)",
    r"(?:wie lautet|was ist|nenn\w*|verrat\w*|gib|geben|brauche|teil\w*|zeig\w*).{0,40}(?:passwort|kennwort|systemprompt)",
    r"(?:cuál es|dime|dame|compart\w*|revel\w*|necesito|proporcion\w*|decir\w*).{0,40}(?:contraseña|clave secreta)",
    r"(?:qual [èe]|dimmi|dammi|condivid\w*|rivel\w*|bisogno|fornir\w*|dir\w*).{0,40}(?:password|parola d['’]ordine)",
    r"(?:qual (?:é|e)|diga|compartilh\w*|revel\w*|preciso|dizer|forneç\w*).{0,40}(?:senha|palavra-passe)",
    r"(?:wat is|geef|deel|vertel|nodig).{0,40}wachtwoord",
    r"(?:jakie jest|podaj|ujawnij|powiedz|udostępnij).{0,40}hasł\w*",
    r"(?:какой|назови\w*|скажи\w*|дай\w*|подели\w*|раскро\w*|нужен|сообщи\w*).{0,40}парол\w*",
    r"(?:ποιος|ποιο|πες|δώσε|μοιρα\w*|χρειάζομαι).{0,40}(?:κωδικ\w*|συνθηματικό)",
    r"(?:ما هي|أخبرني|أعطني|شارك\w*|تشارك\w*).{0,40}كلمة (?:المرور|السر)|كلمة (?:المرور|السر).{0,10}(?:؟|معي)",
    r"पासवर्ड.{0,20}(?:क्या|बता|साझा|दे)",
    r"(?:şifre|parola)\w*.{0,20}(?:nedir|ne\b|söyle|paylaş|ver)",
    r"パスワード(?:は|を|が|って)?.{0,4}(?:何|教え|共有|必要|提供)",
    r"(?:你的|您的|系统|告诉我).{0,8}(?:密码|密钥|口令|提示词)|密码是(?:什么|多少)",
    r"비밀번호.{0,14}(?:무엇|뭐|알려|필요|공유|제공)",
)
# Where somebody else lives, or what else the desk knows of them.
OTHERS = (
    r"(?:où|comment|quel\w*).{0,20}(?:habite|vit|réside|date de naissance|adresse).{0,20}(?:l['’]utilisateur|le client)",
    r"(?:wo|wie|welche\w*).{0,20}(?:wohnt|lebt|adresse|geburtsdatum|kontostand).{0,20}(?:der (?:benutzer|kunde)|von \w+)",
    r"(?:dónde|donde|cuál|onde|qual).{0,20}(?:vive|reside|mora|dirección|endereço|saldo).{0,20}(?:el usuario|o usuário|de \w+)",
    r"(?:ζει|μένει) ο χρήστης|(?:ユーザー|用户|使用者|사용자).{0,12}(?:住|어디|地址|どこ)",
)
# Without one of these stems none of the expressions above can match; they are quick to look for.
OVERRIDE_STEMS = (
    "ignor|oubli|compte|vergiss|vergessen|missacht|überspring|olvid|descart|dimentic|esqueç|desconsider|negeer|vergeet"
    "|zapomnij|игнор|забудь|αγνο|ξεχ|تجاهل|अनदेखा|भूल|नज़रअंदाज़|yok say|unut|görmezden|dikkate|無視|忘れ|忽略|无视|忘记|忘掉|理会|무시|잊"
)
WITHHELD_STEMS = (
    "mot de passe|clé secrète|passwort|kennwort|systemprompt|contraseña|clave secreta|password|parola|senha|palavra-passe"
    "|wachtwoord|hasł|парол|κωδικ|συνθηματικό|كلمة|पासवर्ड|şifre|パスワード|密码|密钥|口令|提示词|비밀번호"
)
OTHER_STEMS = "wohnt|lebt|adresse|geburtsdatum|kontostand|habite|réside|naissance|vive|reside|mora|dirección|endereço|saldo|χρήστης|ユーザー|用户|使用者|사용자"
