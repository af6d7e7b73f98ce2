/** Colors by what happens, for light pages and for dark ones: fill, frame. */
export const TONES = {
  calm: [
    ['#ffffff', '#5f6e84'],
    ['#1c2431', '#8b9bb0'],
  ],
  good: [
    ['#e6f5ec', '#2b7d52'],
    ['#12301f', '#52b585'],
  ],
  careful: [
    ['#fdf1e5', '#b3611a'],
    ['#35240f', '#e59a55'],
  ],
  bad: [
    ['#fcebe9', '#b3372f'],
    ['#3a1614', '#f0857d'],
  ],
} as const;
export type Tone = keyof typeof TONES;

/** How bad a verdict on a tier, a cluster or a service is. */
export function toneOf(verdict: string): Tone {
  if (['nothing', 'settings'].includes(verdict)) return 'calm';
  if (verdict === 'new') return 'good';
  return ['replaced', 'deleted', 'group-replaced', 'replaced-at-once'].includes(verdict) ? 'bad' : 'careful';
}
