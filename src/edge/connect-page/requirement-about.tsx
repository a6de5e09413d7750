import type { ConnectionType } from '../../core/catalog/catalog.ts';
import { translate } from './catalog-words.ts';
import { Say } from './credentials-form.tsx';
import type { Language } from './language.ts';
import { appNameOf } from './layout.tsx';
import { LinkedText } from './linked-text.tsx';
import type { PageProps, PageRequirement } from './visit.ts';
import { clip } from './words/told.ts';

type AboutProps = PageProps & { requirement: PageRequirement };

/** The app's own words about a requirement, and the permissions that a consent asks for. */
export function RequirementAbout({ requirement, app, words, language }: AboutProps) {
  const { description, type, scopes } = requirement;
  return (
    <>
      {description && (
        <p class="text">
          <LinkedText {...description} />
        </p>
      )}
      {type !== null && scopes.length > 0 && (
        <>
          <p class="asks">{words.asksFor(appNameOf(app))}</p>
          <ul class="scopes">
            {scopes.map((scope) => (
              <li>
                <ScopeInWords scope={scope} type={type} language={language} />
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

type ScopeProps = { scope: string; type: ConnectionType; language: Language };

/** A permission in words, or by its name if nothing is known about it. */
function ScopeInWords({ scope, type, language }: ScopeProps) {
  const described = new Map(Object.entries(type.oauth2?.scopeDescriptions ?? {})).get(scope);
  if (described === undefined) return <code>{clip(scope, 200)}</code>;
  return <Say told={translate(described, language)} language={language} />;
}
