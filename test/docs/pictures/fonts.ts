import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The fonts of a reader: where Debian has them, and which one stands in for Arial. */
export interface FontSet {
  readonly folder: string;
  readonly sans: string;
}

const FONTS = '/usr/share/fonts/truetype';

/** What Linux has for Arial, by the Debian package: the narrowest, the widest, and one in between. */
export const FONT_SETS: Readonly<Record<string, FontSet>> = {
  'fonts-liberation': { folder: `${FONTS}/liberation`, sans: 'Liberation Sans' },
  'fonts-dejavu-core': { folder: `${FONTS}/dejavu`, sans: 'DejaVu Sans' },
  'fonts-noto-core': { folder: `${FONTS}/noto`, sans: 'Noto Sans' },
};

/** The environment of a renderer that has the fonts of one set only. */
export function withFonts({ folder, sans }: FontSet, work: string): NodeJS.ProcessEnv {
  const home = join(work, sans.replaceAll(' ', '-'));
  mkdirSync(home, { recursive: true });
  const alias = (name: string) =>
    `<match target="pattern"><test name="family"><string>${name}</string></test>` +
    `<edit name="family" mode="assign" binding="same"><string>${sans}</string></edit></match>`;
  const file = join(home, 'fonts.conf');
  writeFileSync(
    file,
    '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>' +
      `<dir>${folder}</dir><cachedir>${join(home, 'cache')}</cachedir>` +
      `${['Arial', 'Helvetica', 'sans-serif'].map(alias).join('')}</fontconfig>`,
  );
  return { ...process.env, FONTCONFIG_FILE: file, HOME: home };
}
