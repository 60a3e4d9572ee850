// GraphiQL for creditgraph: who asks, in which language, and the question.
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { createClient } from 'graphql-sse';
import { useMemo, useState } from 'react';
import { createRoot } from 'react-dom/client';
import 'graphiql/style.css';
import './page.css';

const LANGUAGES = {
  en: 'English',
  'sv-SE': 'Svenska',
  'fi-FI': 'Suomi',
  'nb-NO': 'Norsk bokmål',
  'da-DK': 'Dansk',
  'de-DE': 'Deutsch',
  'fr-FR': 'Français',
  'ja-JP': '日本語',
};

const FIRST = `# Put a token above (./run demo prints some),
# choose a language, and press Ctrl-Enter.
query OnHold {
  viewer {
    actor { name }
    rolesLabels
  }
  creditHolds(first: 5) {
    nodes {
      order { number }
      customer { name }
      amount { formatted }
      statusLabel
      reasons { message }
    }
  }
}
`;

// The token is kept for this tab only. The question may come with the address, a token never does.
const given = new URLSearchParams(window.location.search);
const kept = (name) => window.sessionStorage.getItem(name) ?? '';
const known = (language) => (language in LANGUAGES ? language : undefined);
const browsers = Object.keys(LANGUAGES).find((one) => one.split('-')[0] === navigator.language.split('-')[0]);
const url = new URL('../graphql', window.location.href).href;

function fetcherFor(token, language) {
  const headers = { 'Accept-Language': language };
  if (token) headers.Authorization = `Bearer ${token}`;
  // GraphiQL hands subscriptions to this client, which has the shape of the one for WebSockets. A refusal is shown at once.
  const streams = createClient({ url, headers, retryAttempts: 0 });
  return createGraphiQLFetcher({ url, headers, wsClient: streams });
}

function Page() {
  const [token, setToken] = useState(kept('token'));
  const [language, setLanguage] = useState(known(given.get('language')) ?? known(kept('language')) ?? browsers ?? 'en');
  const fetcher = useMemo(() => fetcherFor(token, language), [token, language]);
  const keep = (name, set) => (event) => {
    window.sessionStorage.setItem(name, event.target.value.trim());
    set(event.target.value.trim());
  };
  return (
    <>
      <header className="asks">
        <strong>creditgraph</strong>
        <label>
          Token
          <input
            id="token"
            type="password"
            autoComplete="off"
            spellCheck="false"
            placeholder="eyJ…, without Bearer"
            value={token}
            onChange={keep('token', setToken)}
          />
        </label>
        <label>
          Language
          <select id="language" value={language} onChange={keep('language', setLanguage)}>
            {Object.entries(LANGUAGES).map(([tag, name]) => (
              <option key={tag} value={tag}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <a href="../schema.graphql">schema.graphql</a>
      </header>
      {/* The schema is described in the reader's language and told to whom has a token: GraphiQL begins anew with both. */}
      <GraphiQL
        key={`${language} ${token}`}
        fetcher={fetcher}
        schema={token ? undefined : null}
        defaultQuery={FIRST}
        query={given.get('query') ?? undefined}
        variables={given.get('variables') ?? undefined}
        isHeadersEditorEnabled
        shouldPersistHeaders={false}
      />
    </>
  );
}

createRoot(document.getElementById('page')).render(<Page />);
