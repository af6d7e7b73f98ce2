import { ref, watch } from 'vue';

/** The languages, and how the style sheet knows each. */
export const LANGUAGES: Readonly<Record<string, string>> = {
  TypeScript: 'typescript',
  Python: 'python',
  Java: 'java',
  'C#': 'csharp',
  Go: 'go',
};

/** The server renders TypeScript: the reader's choice comes after hydration, or Vue finds a mismatch. */
export const language = ref('TypeScript');

/** Takes what was chosen on another page, and keeps what is chosen here. */
export function startLanguage(): void {
  const kept = localStorage.getItem('language');
  if (kept !== null && kept in LANGUAGES) language.value = kept;
  addEventListener('storage', ({ key, newValue }) => {
    if (key === 'language' && newValue !== null && newValue in LANGUAGES) language.value = newValue;
  });
  watch(
    language,
    (name) => {
      localStorage.setItem('language', name);
      document.documentElement.dataset.language = LANGUAGES[name];
    },
    { immediate: true },
  );
}
