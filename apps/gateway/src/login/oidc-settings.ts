/** What the configuration says of our authorization requests. */
export class OidcSettings {
  constructor(
    readonly scope: string,
    readonly algorithm: string,
  ) {}
}
