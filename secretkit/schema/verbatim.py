"""Fields of the operator's providers that have no short form here: what a verbatim `provider` may say.

`FIELDS` is a table in a notation of its own, a provider per block, sorted: `name kind`, the fields
of an object below it, `*` behind what is needed. `secret`, `account` and `ca` are ESO's references.
A test holds it against the CRD of the newest release; what came later than others says
`secretkit.target.PROVIDER_FIELDS`.
"""

from collections.abc import Callable
from functools import cache

from secretkit.fragment import Fragment, flag, free, listing, mapping, record, text, whole


@cache
def provider(name: str) -> Fragment | None:
    """The fragment of a provider; None where it is not in the table."""
    blocks = (f"\n{FIELDS}").split(f"\n{name}\n", 1)
    if len(blocks) == 1:
        return None
    rows = []
    for row in blocks[1].split("\n"):
        if not row.startswith(" "):
            break
        rows.append(row)
    return _object(rows, 2)


def names() -> tuple[str, ...]:
    """The providers of the table."""
    return tuple(row for row in FIELDS.split("\n") if row and not row.startswith(" "))


def _object(rows: list[str], indent: int) -> Fragment:
    """The object whose fields stand at an indent; deeper rows belong to the field before them."""
    fields: dict[str, Fragment] = {}
    required: list[str] = []
    starts = [at for at, row in enumerate(rows) if row[indent] != " "]
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        name, _, kind = rows[start].strip().partition(" ")
        plain = name.removesuffix("*")
        if plain != name:
            required.append(plain)
        inner = rows[start + 1 : end]
        fields[plain] = _field(kind, inner, indent + 2)
    return record("An object.", fields, required=required)


def _field(kind: str, inner: list[str], indent: int) -> Fragment:
    if kind == "":
        return _object(inner, indent)
    if kind == "list":
        return listing("A list.", _object(inner, indent))
    if kind.startswith("list of "):
        return listing("A list.", _field(kind.removeprefix("list of "), [], indent))
    name, _, choices = kind.partition("(")
    if choices:
        return text("A choice.", enum=choices.removesuffix(")").split("|"))
    return _KINDS[name]()


def _secret() -> Fragment:
    return record(
        "A key of a Secret.", dict.fromkeys(("name", "key", "namespace"), text("A text."))
    )


def _account() -> Fragment:
    fields = {"name": text("A text."), "namespace": text("A text."),
              "audiences": listing("Audiences.", text("A text."))}  # fmt: skip
    return record("A ServiceAccount.", fields, required=["name"])


def _ca() -> Fragment:
    fields = dict.fromkeys(("name", "key", "namespace"), text("A text."))
    kind = text("Kind.", enum=["Secret", "ConfigMap"])
    return record("An authority.", {"type": kind, **fields}, required=["type", "name"])


_KINDS: dict[str, Callable[[], Fragment]] = {
    "account": _account,
    "any": lambda: free("An object."),
    "ca": _ca,
    "flag": lambda: flag("A flag."),
    "map": lambda: mapping("Texts.", text("A text.")),
    "number": lambda: whole("A number."),
    "secret": _secret,
    "text": lambda: text("A text."),
}

FIELDS = """\
akeyless
  akeylessGWApiURL* text
  authSecretRef*
    kubernetesAuth
      accessID* text
      k8sConfName* text
      secretRef secret
      serviceAccountRef account
    secretRef
      accessID secret
      accessType secret
      accessTypeParam secret
    serviceAccountRef account
  caBundle text
  caProvider ca
  ignoreCache flag
barbican
  auth*
    password*
      secretRef* secret
    username*
      secretRef secret
      value text
  authURL text
  domainName text
  region text
  tenantName text
beyondtrust
  auth*
    apiKey
      secretRef secret
      value text
    certificate
      secretRef secret
      value text
    certificateKey
      secretRef secret
      value text
    clientId
      secretRef secret
      value text
    clientSecret
      secretRef secret
      value text
  server*
    apiUrl* text
    apiVersion text
    clientTimeOutSeconds number
    decrypt flag
    retrievalType text
    separator text
    verifyCA* flag
beyondtrustworkloadcredentials
  auth*
    apikey*
      token* secret
  caBundle text
  caProvider ca
  folderPath text
  server*
    apiUrl* text
    siteId* text
bitwardensecretsmanager
  apiURL text
  auth*
    secretRef*
      credentials* secret
  bitwardenServerSDKURL text
  caBundle text
  caProvider ca
  identityURL text
  organizationID* text
  projectID* text
chef
  auth*
    secretRef*
      privateKeySecretRef* secret
  serverUrl* text
  username* text
cloudrusm
  auth*
    secretRef
      accessKeyIDSecretRef* secret
      accessKeySecretSecretRef* secret
  projectID text
conjur
  auth*
    apikey
      account* text
      apiKeyRef* secret
      userRef* secret
    cert
      account* text
      clientCertRef* secret
      clientKeyRef* secret
      hostId text
      serviceID* text
    jwt
      account* text
      hostId text
      secretRef secret
      serviceAccountRef account
      serviceID* text
  caBundle text
  caProvider ca
  url* text
crd
  auth
    cert
      clientCert* secret
      clientKey* secret
    serviceAccount account
    token
      bearerToken* secret
  authRef secret
  resource*
    group* text
    kind* text
    version* text
  server
    caBundle text
    caProvider ca
    url text
  whitelist
    rules list
      name text
      namespace text
      properties list of text
delinea
  clientId*
    secretRef secret
    value text
  clientSecret*
    secretRef secret
    value text
  tenant* text
  tld text
  urlTemplate text
doppler
  auth*
    oidcConfig
      expirationSeconds number
      identity* text
      serviceAccountRef* account
    secretRef
      dopplerToken* secret
  config text
  format text(json|dotnet-json|env|yaml|docker)
  nameTransformer text(upper-camel|camel|lower-snake|tf-var|dotnet-env|lower-kebab)
  project text
dvls
  auth*
    secretRef*
      appId* secret
      appSecret* secret
  insecure flag
  serverUrl* text
  vault text
fake
  data* list
    key* text
    value* text
    version text
  validationResult number
fortanix
  apiKey
    secretRef secret
  apiUrl text
github
  appID* number
  auth*
    privateKey* secret
  environment text
  installationID* number
  orgSecretVisibility text(all|private)
  organization* text
  repository text
  uploadURL text
  url text
gitlab
  auth*
    SecretRef*
      accessToken secret
  caBundle text
  caProvider ca
  environment text
  groupIDs list of text
  inheritFromGroups flag
  projectID text
  url text
ibm
  auth*
    containerAuth
      iamEndpoint text
      profile* text
      tokenLocation text
    secretRef
      iamEndpoint text
      secretApiKeySecretRef secret
  serviceUrl text
infisical
  auth*
    awsAuthCredentials
      identityId* secret
    azureAuthCredentials
      identityId* secret
      resource secret
    gcpIamAuthCredentials
      identityId* secret
      serviceAccountKeyFilePath* secret
    gcpIdTokenAuthCredentials
      identityId* secret
    jwtAuthCredentials
      identityId* secret
      jwt* secret
    kubernetesAuthCredentials
      identityId* secret
      serviceAccountTokenPath secret
    ldapAuthCredentials
      identityId* secret
      ldapPassword* secret
      ldapUsername* secret
    ociAuthCredentials
      fingerprint* secret
      identityId* secret
      privateKey* secret
      privateKeyPassphrase secret
      region* secret
      tenancyId* secret
      userId* secret
    tokenAuthCredentials
      accessToken* secret
    universalAuthCredentials
      clientId* secret
      clientSecret* secret
  caBundle text
  caProvider ca
  hostAPI text
  secretsScope*
    environmentSlug* text
    expandSecretReferences flag
    organizationSlug text
    projectSlug* text
    recursive flag
    secretsPath text
keepersecurity
  authRef* secret
  folderID* text
  getByTitleFallback flag
nebiusmysterybox
  apiDomain* text
  auth*
    serviceAccountCredsSecretRef secret
    tokenSecretRef secret
  caProvider
    certSecretRef secret
ngrok
  apiUrl text
  auth*
    apiKey
      secretRef secret
  vault*
    name* text
onboardbase
  apiHost* text
  auth*
    apiKeyRef* secret
    passcodeRef* secret
  environment* text
  project* text
onepassword
  auth*
    secretRef*
      connectTokenSecretRef* secret
  connectHost* text
  vaults* any
onepasswordSDK
  auth*
    serviceAccountSecretRef* secret
  cache
    maxSize number
    ttl text
  environment text
  integrationInfo
    name text
    version text
  vault text
openBao
  auth
    appRole
      path* text
      roleId text
      roleRef secret
      secretRef* secret
    namespace text
    tokenSecretRef secret
    userPass
      path* text
      secretRef secret
      username* text
  caBundle text
  caProvider ca
  namespace text
  path text
  server* text
  version text(v1|v2)
oracle
  auth
    secretRef*
      fingerprint* secret
      privatekey* secret
    tenancy* text
    user* text
  compartment text
  encryptionKey text
  principalType text(|UserPrincipal|InstancePrincipal|Workload)
  region* text
  serviceAccountRef account
  vault* text
ovh
  auth*
    mtls
      caBundle text
      caProvider ca
      certSecretRef* secret
      keySecretRef* secret
    token
      tokenSecretRef* secret
  casRequired flag
  okmsTimeout number
  okmsid* text
  server* text
passbolt
  auth*
    passwordSecretRef* secret
    privateKeySecretRef* secret
  caBundle text
  caProvider ca
  host* text
passworddepot
  auth*
    secretRef*
      credentials secret
  database* text
  host* text
previder
  auth*
    secretRef
      accessToken* secret
  baseUri text
pulumi
  accessToken
    secretRef secret
  apiUrl text
  auth
    accessToken
      secretRef secret
    oidcConfig
      expirationSeconds number
      organization* text
      serviceAccountRef* account
  environment* text
  organization* text
  project* text
scaleway
  accessKey*
    secretRef secret
    value text
  apiUrl text
  projectId* text
  region* text
  secretKey*
    secretRef secret
    value text
secretserver
  caBundle text
  caProvider ca
  domain text
  password
    secretRef secret
    value text
  serverURL* text
  token
    secretRef secret
    value text
  username
    secretRef secret
    value text
senhasegura
  auth*
    clientId* text
    clientSecretSecretRef* secret
  ignoreSslCertificate flag
  module* text
  url* text
volcengine
  auth
    secretRef
      accessKeyID* secret
      secretAccessKey* secret
      token secret
  region* text
webhook
  auth
    ntlm
      passwordSecret* secret
      usernameSecret* secret
  body text
  caBundle text
  caProvider ca
  headers map
  method text
  result
    jsonPath text
  secrets list
    name* text
    secretRef* secret
  timeout text
  url* text
yandexcertificatemanager
  apiEndpoint text
  auth*
    authorizedKeySecretRef secret
  caProvider
    certSecretRef secret
  fetching
    byID any
    byName
      folderID* text
yandexlockbox
  apiEndpoint text
  auth*
    authorizedKeySecretRef secret
  caProvider
    certSecretRef secret
  fetching
    byID any
    byName
      folderID* text
"""
