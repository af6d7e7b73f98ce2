/**
 * The parameter by which an operator stops the image updates of a stack. It is not in the stack: to set it
 * takes no deployment, and nothing drifts.
 */
export function freezeParameter(stackName: string): string {
  return `/cdk-ecs-auto-scaled-cluster/${stackName}/image-updates/freeze`;
}

/**
 * JSONata: whether a value of that parameter holds. A date holds until its day begins, any other text until
 * it is deleted.
 */
export function freezes(value: string): string {
  return `(
    $until := $string(${value}) & '';
    $until = '' ? false
      : $contains($until, /^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])/)
        ? $toMillis($substring($until, 0, 10) & 'T00:00:00.000Z') > $millis() : true
  )`;
}
