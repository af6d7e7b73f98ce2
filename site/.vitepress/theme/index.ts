import DefaultTheme from 'vitepress/theme';
import { defineComponent, h, onMounted } from 'vue';
import LanguageSwitch from './LanguageSwitch.vue';
import LanguageTabs from './LanguageTabs.vue';
import { startLanguage } from './language';
import VersionLink from './VersionLink.vue';
import './style.css';

const Layout = defineComponent({
  setup() {
    onMounted(startLanguage);
    const switches = () => h(LanguageSwitch);
    return () =>
      h(DefaultTheme.Layout, null, {
        'nav-bar-content-before': switches,
        'nav-screen-content-before': switches, // on a phone, where the bar has no room
      });
  },
});

export default {
  extends: DefaultTheme,
  Layout,
  enhanceApp({ app }: { app: { component(name: string, component: unknown): void } }) {
    app.component('LanguageTabs', LanguageTabs);
    app.component('VersionLink', VersionLink);
  },
};
