/** A run looks at the tasks of so many nodes. */
const MOST = 5;

/** ECS lists so many tasks at once. A node with more is left alone. */
const TASKS = 100;

/**
 * JSONata: the nodes that are worth a look at their tasks. They are of the zone with most nodes, not
 * protected, and what is taken on them is free in their zone. Those with the fewest tasks come first.
 *
 * Of the zone with most nodes, because Auto Scaling would otherwise launch a node there and terminate one in
 * another zone, to even out its zones. The function sorts a few of them only, for it is slow.
 */
export const CANDIDATES = `(
  $zones := $nodes{ z: { 'n': $count($), 'c': $sum(c), 'm': $sum(m) } };
  $most := $max($each($zones, function($zone) { $zone.n }));
  $full := [$each($zones, function($zone, $name) { $zone.n = $most and $most > 1 ? $name })];
  $fit := $nodes[$not(s) and t <= ${TASKS} and z in $full and (
    $zone := $lookup($zones, z);
    $zone.c - c >= u and $zone.m - m >= v )];
  $last := $sort($fit.t)[[0..${MOST - 1}]][-1];
  $fewer := $sort($fit[t < $last], function($one, $other) { $one.t > $other.t });
  [$append($fewer, $fit[t = $last])[[0..${MOST - 1}]]]
)`;

/**
 * JSONata: whether the tasks of `$node` have a place in its zone, in any order and by any strategy of ECS.
 *
 * It counts slots: how often a task that is as large as the largest in each dimension fits. Each task takes
 * at most one slot, wherever it is placed, so as many slots as tasks are enough. First fit is not: where it
 * finds a place for each, another order may not.
 *
 * A task in awsvpc mode takes a network interface, which no answer of ECS has. Without a trunk interface,
 * each task of the other node may have taken one, and the node itself has one.
 */
export const HAS_ROOM = `(
  $c := $max($append(1, $movers.c));
  $m := $max($append(1, $movers.m));
  $x := $max($append(0, $movers.x));
  $e := $exists($movers[e]);
  $slots := $sum($append(0, $nodes[z = $node.z and a != $node.a].(
    $k := $min([$floor(c / $c), $floor(m / $m)]);
    $k := $x > 0 ? $min([$k, $floor(x / $x)]) : $k;
    $e and $not(k) ? $min([$k, $max([0, $interfaces - 1 - t])]) : $k )));
  $slots >= $count($movers)
)`;
