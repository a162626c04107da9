# shellcheck shell=bash
# What the scripts share; each begins by sourcing it. It installs what is missing, so that each works alone on a
# fresh machine, as root, or as an ordinary user who may call sudo or has the packages.
#
#   racine                          the tree
#   paquets PACKAGE…                installs Debian packages
#   outil COMMAND PACKAGE…          installs them if the command is missing
#   node_recent                     puts a Node that is recent enough in PATH
#   bibliotheques LIBRARY==VERSION… a Python with these libraries, kept from one run to the next: sets `python`
#   sans_reseau WORDS               what could not be installed is not checked, if SANS_RESEAU says so; else all stops
#   construit                       sets `programme`, which must have been built (BINAIRE_PASSEUR: another one)
#   demonstration                   starts it on its demonstration until the script ends: sets `adresse`, `dossier`,
#                                   whose `donnees` are its data and `erreurs` its log, and `serveur`, its process
#   jeton ACCOUNT                   prints a token for an account of the demonstration
#
# SANS_RESEAU=1: nothing can be installed here. A check whose libraries are missing then says so and passes.
# OUTILS_PASSEUR: where the libraries are kept (~/.cache/passeur). Not PASSEUR_…, which are settings of the program.
racine=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
outils=${OUTILS_PASSEUR:-${XDG_CACHE_HOME:-${HOME:-/var/tmp}/.cache}/passeur}

paquets() {
  local comme=()
  if ! command -v apt-get >/dev/null || { [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; }; then
    echo "Il manque des paquets : $*. Installez-les (apt-get install $*), puis relancez." >&2
    return 1
  fi
  [ "$(id -u)" = 0 ] || comme=(sudo)
  { "${comme[@]}" apt-get update -qq && "${comme[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@"; } >/dev/null \
    || { echo "Ces paquets n’ont pas pu être installés : $*." >&2; return 1; }
}

outil() {
  command -v "$1" >/dev/null || paquets "${@:2}"
}

# Playwright wants Node 20, Debian 12 packages 18: it then comes from npm.
node_recent() {
  outil npm nodejs npm || return 1
  [ "$(node --print 'parseInt(process.versions.node)')" -lt 20 ] || return 0
  local ici=$outils/node-20.20.2
  [ -x "$ici/node_modules/.bin/node" ] || npm install --silent --no-audit --no-fund --prefix "$ici" node@20.20.2 >&2 \
    || { echo "Il faut Node 20 ou plus, et il n’a pas pu être installé." >&2; return 1; }
  PATH=$ici/node_modules/.bin:$PATH
}

bibliotheques() {
  local ici partiel
  # Named after what it holds: another version is another folder.
  ici=$outils/$(tr -cs 'A-Za-z0-9.' '-' <<<"$*" | sed 's/-$//')
  python=$ici/bin/python
  [ ! -x "$python" ] || return 0
  python3 -c 'import ensurepip, venv' 2>/dev/null || paquets python3 python3-venv || return 1
  # Made beside, then named: one cut short is begun again, two made at once do not meet. A venv that was moved calls
  # its programs by module (python -m).
  mkdir -p "$outils"
  partiel=$(mktemp -d "$ici.XXXXXX")
  if { python3 -m venv "$partiel" && "$partiel/bin/python" -m pip install --quiet --disable-pip-version-check "$@"; } >&2; then
    [ -x "$python" ] || rm -rf "$ici"
    mv -T "$partiel" "$ici" 2>/dev/null || rm -rf "$partiel"
  else
    rm -rf "$partiel"
    echo "Ces bibliothèques de Python n’ont pas pu être installées : $*." >&2
    return 1
  fi
}

sans_reseau() {
  if [ -z "${SANS_RESEAU:-}" ]; then
    echo "ÉCHEC : $1. Sur une machine sans réseau, SANS_RESEAU=1 laisse passer." >&2
    exit 1
  fi
  echo "PASSÉ (SANS_RESEAU) : $1." >&2
}

construit() {
  programme=$(realpath -m "${BINAIRE_PASSEUR:-$racine/target/debug/passeur}")
  [ -x "$programme" ] || { echo "$programme manque : cargo build --locked -p passeur" >&2; exit 1; }
}

finir_demonstration() {
  [ -z "$serveur" ] || { kill "$serveur" 2>/dev/null && wait "$serveur" 2>/dev/null; } || true
  rm -rf "$dossier"
}

demonstration() {
  construit
  dossier=$(mktemp -d "${TMPDIR:-/tmp}/passeur-demonstration.XXXXXX") serveur=
  trap finir_demonstration EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  : >"$dossier/sortie" >"$dossier/erreurs"
  PASSEUR_LOG=error "$programme" --data-dir "$dossier/donnees" serve --demo --listen 127.0.0.1:0 >"$dossier/sortie" 2>"$dossier/erreurs" &
  serveur=$!
  for _ in $(seq 900); do
    adresse=$(sed -n 's/^Passeur est prêt : //p' "$dossier/sortie")
    [ -z "$adresse" ] || return 0
    kill -0 "$serveur" 2>/dev/null || break
    sleep 0.1
  done
  cat "$dossier/sortie" "$dossier/erreurs" >&2
  echo "La démonstration n’a pas démarré en 90 s." >&2
  exit 1
}

jeton() {
  "$programme" --data-dir "$dossier/donnees" token create --email "$1@demonstration.invalid" --scope tout --print | tail -n 1
}
