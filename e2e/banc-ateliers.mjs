// What workshops promise, as ratios against the bare page of the same run: the public programme with 20,000 séances to come
// and the booking page, 200 bookings at once on one last seat, the rhythm of the reminders. Run by scripts/bench; needs wrk.
//
//   node e2e/banc-ateliers.mjs [--seances 20000] [--rappels 10000] [--moteurs sqlite,postgres] [--secondes 10]
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { CONNEXIONS, GZIP, api, charger, compte, debit, demander, dire, enregistrer, grande, identifiant, jour, mesurer, ms, nombre, part, passeur, servir, session } from './charge.mjs';

const { values: o } = parseArgs({ strict: false, options: {
  seances: { type: 'string', default: '20000' }, rappels: { type: 'string', default: '10000' }, moteurs: { type: 'string', default: 'sqlite,postgres' },
  secondes: { type: 'string', default: '10' }, dossier: { type: 'string' },
} });
const SECONDES = Number(o.secondes);
const QUI = 'banc@exemple.invalid';
const centile = (v, p) => v.toSorted((a, b) => a - b)[Math.min(v.length - 1, Math.floor(v.length * p))];

async function moteur(base, ligne) {
  dire(`# ${base.nom} : remplissage`);
  passeur(base, ['bench', 'seed', '--participations', '2000', '--personnes', '500']);
  const structure = grande(base);
  const jeton = compte(base, QUI, 'responsable', structure);
  const moi = identifiant(base, QUI);
  const fait = passeur(base, ['bench', 'seances', '--seances', o.seances, '--structure', structure, '--compte', moi]);
  ligne(`seed, ${nombre(Number(o.seances))} séances`, fait, '', '', '');
  const s = await servir(base);
  const personnes = (await api(base, jeton, 'GET', '/personnes?limite=200')).elements.map((e) => e.id);
  const ateliers = [];
  for (let page = 0; page < 5; page += 1) ateliers.push(...(await (await fetch(`${s.adresse}/api/v1/programme?page=${page}`)).json()).elements.map((a) => a.id));

  dire(`# ${base.nom} : pages, ${CONNEXIONS} connexions`);
  const nu = await charger(base, personnes.map((i) => `GET /essai/nue/${i}`), SECONDES, { ...GZIP, Cookie: await session(base, QUI) });
  ligne('bare page', debit(nu), '', '', '');
  for (const [quoi, chemins] of [
    ['public programme', ['/programme', ...[1, 2, 3, 4].map((p) => `/programme?page=${p}`)]],
    ['programme of the structure', [`/programme/${structure}`]],
    ['page of a workshop', ateliers.map((a) => `/programme/atelier/${a}`)],
    ['booking page', ateliers.map((a) => `/programme/atelier/${a}/reserver`)],
    ['programme as JSON (API)', ['/api/v1/programme']],
  ]) {
    const c = await charger(base, chemins.map((x) => `GET ${x}`), SECONDES, GZIP);
    ligne(quoi, debit(c), `${nombre(nu.rythme)}/s`, part(c, nu), '≥ 50 %');
  }

  await creneaux(base, ligne, nu, { structure, jeton, personnes });

  dire(`# ${base.nom} : 200 réservations d’une dernière place`);
  const durees = [];
  let reussies = 0;
  const fois = 5;
  const fiche = (await api(base, jeton, 'GET', '/ateliers/fiches')).elements[0];
  for (let f = 0; f < fois; f += 1) {
    const { id } = await api(base, jeton, 'POST', '/ateliers/seances', { fiche: fiche.reference ?? fiche.id, dates: [{ jour: jour(30 + f), heure: '14:00' }], lieu_genre: 'public', lieu_texte: 'Salle d’essai', places: 1, publiee: true, forcer: true });
    const statuts = await Promise.all(Array.from({ length: 200 }, async (_, i) => {
      const t0 = performance.now();
      const x = await demander(base, jeton, 'POST', `/ateliers/seances/${id}/reservations`, { nom: `Essai ${f}-${i}`, par: 'accueil' });
      await x.text();
      durees.push(performance.now() - t0);
      return x.status;
    }));
    if (statuts.some((x) => x !== 201 && x !== 409)) throw new Error(`réservations : ${[...new Set(statuts)]}`);
    reussies += statuts.filter((x) => x === 201).length;
  }
  ligne('200 concurrent bookings on one last seat, five times', `${reussies} successes in ${fois}, p50 ${ms(centile(durees, 0.5))} ms, p99 ${ms(centile(durees, 0.99))} ms`, '', '', 'one success each, p99 < 250 ms');
  await s.arreter();

  dire(`# ${base.nom} : rappels`);
  const rap = JSON.parse(passeur(base, ['bench', 'rappels', '--nombre', o.rappels, '--structure', structure, '--compte', moi]).split('\n').at(-1));
  ligne(`reminders prepared by one worker (${nombre(rap.rappels)})`, `${nombre(rap.par_minute)} a minute`, '', '', '≥ 10,000');
}

const MEDIATEURS = 50;

/** Free slots of fifty mediators, two hours taken each day: by the API over four weeks, by the public page, also while others record. */
async function creneaux(base, ligne, nu, { structure, jeton, personnes }) {
  dire(`# ${base.nom} : créneaux de ${MEDIATEURS} médiateurs`);
  for (let i = 0; i < MEDIATEURS; i += 1) {
    const qui = `mediateur${i}@exemple.invalid`;
    const j = compte(base, qui, 'mediateur', structure);
    const utilisateur = identifiant(base, qui);
    for (let k = 1; k <= 5; k += 1) await api(base, jeton, 'POST', '/rendez-vous/plages', { utilisateur, jour: k, horaires: '9:00-17:00' });
    for (const heure of ['10:00', '15:00']) {
      await api(base, j, 'POST', '/agenda/evenements', { genre: 'autre', titre: 'Pris', quand: { jour: jour(1), heure }, duree_minutes: 60, regle: 'FREQ=DAILY;COUNT=28', forcer: true });
    }
  }
  const { id } = await api(base, jeton, 'POST', '/rendez-vous/motifs', { libelle: 'Essai', duree_minutes: 45, maniere: 'sur_place', publie: true, actif: true, delai_heures: 0, horizon_jours: 60 });
  const chemin = `/rendez-vous/motifs/${id}/creneaux?du=${jour(0)}&au=${jour(28)}`;
  const { elements } = await api(base, jeton, 'GET', chemin);
  const places = elements.reduce((n, c) => n + c.mediateurs.length, 0);
  const tous = await charger(base, [`GET /api/v1${chemin}`], SECONDES, { Authorization: `Bearer ${jeton}` });
  ligne(`free slots of ${MEDIATEURS} mediators over four weeks, by the API (${elements.length} times, ${nombre(places)} slots)`, debit(tous), `${nombre(nu.rythme)}/s`, `× ${(nu.rythme / tous.rythme).toFixed(1)}`, '< × 20 one indexed select');
  const page = [`GET /rendez-vous/${structure}/${id}`];
  const seule = await charger(base, page, SECONDES, GZIP);
  ligne('page of free slots', debit(seule), `${nombre(nu.rythme)}/s`, part(seule, nu), '');
  for (const rythme of [1, 10]) {
    const c = await charger(base, page, SECONDES, GZIP, enregistrer(base, { jeton, ids: personnes }, rythme));
    ligne(`page of free slots, while ${rythme} accompaniments a second are recorded`, debit(c), `${nombre(nu.rythme)}/s`, part(c, nu), '');
  }
}

const titre = `\`node e2e/banc-ateliers.mjs --seances ${o.seances} --rappels ${o.rappels}\`, ${cpus().length} cores`;
await mesurer(titre, { moteurs: o.moteurs, parent: o.dossier }, moteur);
