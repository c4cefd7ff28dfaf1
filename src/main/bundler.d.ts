/** What the bundler puts in the place of these words; plain Node knows neither. */
interface ImportMeta {
  readonly env?: object
  glob<T>(pattern: string, options: { readonly eager: true }): Readonly<Record<string, T>>
}
