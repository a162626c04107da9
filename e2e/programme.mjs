// The program under test or measure: where it is, when it is ready, how it ends, who signs in. Needs no package.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const racine = join(dirname(fileURLToPath(import.meta.url)), '..');
/** Of the demonstration. */
export const MOT = 'Un bateau passe la rivière';
export const attendre = (ms) => new Promise((r) => { setTimeout(r, ms); });
export const mediane = (v) => v.toSorted((a, b) => a - b)[Math.floor(v.length / 2)];

/** The program built as `profil` says, unless BINAIRE_PASSEUR names another. */
export const programme = (profil = 'debug') => process.env.BINAIRE_PASSEUR ?? join(racine, 'target', profil, 'passeur');

/** Runs a command of the program; gives what it wrote. */
export function commande(binaire, args, { entree = '', env } = {}) {
  const r = spawnSync(binaire, args, { input: entree, env, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (r.status !== 0) throw new Error(`passeur ${args.join(' ')} : ${r.error?.message ?? r.stderr}`);
  return r.stdout.trim();
}

/** A structure and a mediator, m@essai.invalid, in an empty database; gives the mediator's token. */
export function amorcer(env) {
  const passeur = (args, entree) => commande(programme(), args, { env, entree });
  const structure = passeur(['structure', 'add', '--nom', 'Structure d’essai']);
  passeur(['user', 'add', '--email', 'm@essai.invalid', '--nom', 'Médiation d’essai', '--role', 'mediateur', '--structure', structure, '--password-stdin'], MOT);
  return passeur(['token', 'create', '--email', 'm@essai.invalid', '--scope', 'tout', '--print']);
}

/** The address of a program just started, once it says that it is ready. Its outputs are pipes, or not read. */
export const pret = (p, delai = 90_000) => new Promise((bien, mal) => {
  let sortie = '';
  let erreurs = '';
  const lire = (d) => {
    sortie += d;
    const m = /Passeur est prêt : (\S+)/.exec(sortie);
    if (m) { oublier(); bien(m[1]); }
  };
  const noter = (d) => { erreurs += d; };
  const rater = (quoi) => { oublier(); mal(new Error(`${quoi}\n${sortie}\n${erreurs}`)); };
  const finir = (code, signal) => rater(`le serveur s’est arrêté (${signal ?? code})`);
  const minuteur = setTimeout(() => rater(`pas prêt en ${delai / 1000} s`), delai);
  // Nobody else may listen: the outputs go on being read.
  const oublier = () => { clearTimeout(minuteur); p.off('exit', finir); p.off('error', finir); p.stdout.off('data', lire).resume(); p.stderr?.off('data', noter).resume(); };
  p.once('exit', finir).once('error', finir);
  p.stdout.on('data', lire);
  p.stderr?.on('data', noter);
});

/** Ends it by this signal, unless it ended by itself. */
export const arreter = (p, signal = 'SIGTERM') => new Promise((r) => {
  if (p.exitCode !== null || p.signalCode) { r(); return; }
  p.once('exit', r);
  p.kill(signal);
});

/** Signs in by the form, without a browser; gives the cookies. */
export async function ouvrirSession(adresse, email, mot = MOT) {
  const r = await fetch(`${adresse}/connexion`, { method: 'POST', redirect: 'manual', headers: { origin: adresse }, body: new URLSearchParams({ email, mot_de_passe: mot }) });
  if (r.status !== 303) throw new Error(`connexion de ${email} : ${r.status} ${await r.text()}`);
  return r.headers.getSetCookie().map((c) => c.split(';')[0]).filter((c) => !c.startsWith('message=')).join('; ');
}

/** A figure of the memory of a process, in MB: VmHWM (the highest so far), VmRSS, RssAnon. */
export const memoire = (pid, quoi = 'VmHWM') => Number(new RegExp(`^${quoi}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024 / 1e6;
