import type { Incident, IncidentReporter } from '../incident-reporter.ts'

/** Keeps what was reported, in order. */
export class CollectedIncidents implements IncidentReporter {
  readonly #incidents: Incident[] = []

  report(incident: Incident): void {
    this.#incidents.push(incident)
  }

  get all(): readonly Incident[] {
    return this.#incidents
  }
}
