/** `endcap rollback [N]`: an earlier publication becomes what readers see; nothing is deleted. */
import { currentPublication, rollback } from '../coordinator/status.ts';
import { when } from './format.ts';
import type { ExitStatus, Session } from './io.ts';
import { projectFlag, projectOf } from './project.ts';

export async function rollbackVerb(session: Session, n: number | undefined): Promise<ExitStatus> {
  const project = await projectOf(session);
  const before = await currentPublication(project.lake);
  const publication = await rollback(project, n);
  if (session.options.json) {
    session.print(JSON.stringify({ publication, before }));
    return 0;
  }
  const { outStyle: style, errStyle, command } = session;
  const flag = await projectFlag(session, project.path);
  session.print(
    `${style.green('✔')} Readers see publication ${publication.rollbackOf} again (run ${publication.run}), as publication ${publication.n} of ${when(publication.publishedAt)}`,
  );
  if (before) session.say(`  ${errStyle.dim('undo')}  ${command} rollback ${before.n}${flag}`);
  return 0;
}
