"""Vérifie un badge sans une ligne de Passeur : la bibliothèque openbadgeslib (PyPI), et ses copies à elle des
vocabulaires. L'identité et la liste sont lues des fichiers donnés : rien n'est demandé au réseau.

    python verifier.py BADGE.json IDENTITE.json [LISTE.json]

Sort 0 si le badge est reconnu, 1 sinon, 2 si l'appel est incorrect. Installation : pip install -r requirements.txt
"""

import json
import sys
from urllib.parse import unquote

from openbadgeslib.errors import LibOpenBadgesException
from openbadgeslib.ob3.ldp import OB3LdpVerifier


def main() -> int:
    if len(sys.argv) not in (3, 4):
        print(__doc__, file=sys.stderr)
        return 2
    textes = [open(chemin, 'rb').read() for chemin in sys.argv[1:]]
    identite = json.loads(textes[1])
    machine = unquote(identite['id'].removeprefix('did:web:'))
    connus = {f'https://{machine}/.well-known/did.json': textes[1]}
    if len(textes) == 3:
        connus[json.loads(textes[2])['id']] = textes[2]

    def lire(url: str, *_: object) -> bytes:
        if url not in connus:
            raise LibOpenBadgesException(f"inconnu, et rien n'est demandé au réseau : {url}")
        return connus[url]

    try:
        badge = OB3LdpVerifier.for_issuer_did(identite['id']).verify(
            # Cette bibliothèque ne vérifie que les listes signées en JWT : la nôtre est lue sans que sa signature soit
            # contrôlée ici. verifier.mjs, lui, la contrôle.
            textes[0], check_status=len(textes) == 3, verify_status_list=False, download=lire)
    except LibOpenBadgesException as raison:
        print(f'refusé : {raison}')
        return 1
    print(f'reconnu{"" if len(textes) == 3 else " (retrait non contrôlé)"} : {badge.name}')
    return 0


sys.exit(main())
