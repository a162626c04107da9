// A private PostgreSQL with the durability of production (fsync and synchronous_commit are on), that a test
// may stop and start as it likes. scripts/postgres-essais is quicker, and promises nothing of the kind.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';

/** A port that nobody uses. */
export const portLibre = () => new Promise((r) => { const s = createServer().listen(0, '127.0.0.1', () => { const p = s.address().port; s.close(() => r(p)); }); });

/** Starts a server in `dossier`, whose parent may be read by all; `base` is its only database. */
export async function postgres(dossier, base, options = '') {
  const versions = readdirSync('/usr/lib/postgresql').sort((a, b) => Number(a) - Number(b));
  const bin = `/usr/lib/postgresql/${versions.at(-1)}/bin`;
  const root = process.getuid() === 0;
  const comme = (...c) => (root ? ['runuser', ['-u', 'postgres', '--', ...c]] : [c[0], c.slice(1)]);
  mkdirSync(dossier, { recursive: true });
  if (root) { const id = Number(execFileSync('id', ['-u', 'postgres'])); chmodSync(dirname(dossier), 0o755); chownSync(dossier, id, id); }
  const port = await portLibre();
  const jouer = (...c) => { const r = spawnSync(...comme(...c), { cwd: dossier, encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] }); if (r.status !== 0) throw new Error(`${c[0]} : ${r.stderr}`); };
  jouer(`${bin}/initdb`, '-D', `${dossier}/data`, '-U', 'passeur', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8');
  const demarrer = () => jouer(`${bin}/pg_ctl`, '-D', `${dossier}/data`, '-w', '-l', `${dossier}/serveur.log`, '-o',
    `-c listen_addresses=127.0.0.1 -p ${port} -c unix_socket_directories='${dossier}' ${options}`, 'start');
  demarrer();
  jouer(`${bin}/createdb`, '-h', '127.0.0.1', '-p', String(port), '-U', 'passeur', base);
  /** The process that leads the others. */
  const pid = () => Number(readFileSync(`${dossier}/data/postmaster.pid`, 'utf8').split('\n')[0]);
  const url = `postgres://passeur@127.0.0.1:${port}/${base}`;
  return {
    url, demarrer, pid,
    /** `immediate`: as if the power went. */
    arreter: (mode = 'fast') => jouer(`${bin}/pg_ctl`, '-D', `${dossier}/data`, '-m', mode, 'stop'),
    /** What a query answers, one line a row, `|` between columns. */
    lire: (sql) => execFileSync(`${bin}/psql`, [url, '-qAtc', sql], { encoding: 'utf8' }).trim().split('\n').filter(Boolean),
  };
}
