// A small reverse proxy: each request goes to the next node in turn, whoever asks. One that a node does not
// answer goes to the next node only if it may be sent twice.
import { Agent, createServer, request } from 'node:http';

const REPOS = 500;

/** Starts it before `noeuds` (« http://hôte:port »), a list that may change; gives its address. */
export async function mandataire(noeuds) {
  let tour = 0;
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const absents = new Map();
  /** The nodes in turn, those that did not answer a moment ago last. */
  const ordre = () => {
    const n = noeuds.length;
    tour = (tour + 1) % n;
    const tous = noeuds.map((_, i) => noeuds[(tour + i) % n]);
    const absent = (a) => (absents.get(a) ?? 0) > Date.now();
    return [...tous.filter((a) => !absent(a)), ...tous.filter(absent)];
  };
  const essayer = (adresse, req, corps) => new Promise((bien, mal) => {
    const u = new URL(adresse);
    const headers = { ...req.headers, 'x-forwarded-for': req.socket.remoteAddress, 'x-forwarded-proto': 'http' };
    const r = request({ agent, host: u.hostname, port: u.port, method: req.method, path: req.url, headers }, (rep) => {
      const morceaux = [];
      rep.on('data', (d) => morceaux.push(d));
      rep.on('end', () => bien({ statut: rep.statusCode, entetes: rep.headers, corps: Buffer.concat(morceaux) }));
      rep.on('error', mal);
      rep.on('aborted', () => mal(new Error('coupé')));
    });
    r.on('error', mal);
    r.end(corps);
  });
  const s = createServer(async (req, rep) => {
    const morceaux = [];
    for await (const d of req) morceaux.push(d);
    const corps = Buffer.concat(morceaux);
    const repetable = ['GET', 'HEAD', 'PUT', 'DELETE'].includes(req.method) || 'idempotency-key' in req.headers;
    let refus = 'aucun nœud';
    for (const adresse of ordre()) {
      try {
        const r = await essayer(adresse, req, corps);
        delete r.entetes['transfer-encoding'];
        rep.writeHead(r.statut, { ...r.entetes, 'content-length': r.corps.length, 'x-noeud': adresse });
        rep.end(r.corps);
        return;
      } catch (e) {
        refus = e.message;
        absents.set(adresse, Date.now() + REPOS);
        // Never reached: nothing was done there.
        if (!repetable && e.code !== 'ECONNREFUSED') break;
      }
    }
    rep.writeHead(502, { 'content-type': 'text/plain' });
    rep.end(refus);
  });
  await new Promise((r) => { s.listen(0, '127.0.0.1', r); });
  return { adresse: `http://127.0.0.1:${s.address().port}`, fermer: () => { agent.destroy(); s.closeAllConnections(); s.close(); } };
}
