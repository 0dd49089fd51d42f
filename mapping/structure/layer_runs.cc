// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/layer_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <string>

#include "core/error.h"

namespace ohm {

const LayerRun& Reduction::run_of(Index kept_layer) const {
  for (const LayerRun& run : runs) {
    if (kept_layer < run.kept_first + run.kept) return run;
  }
  throw ArgumentError(fmt::format("layers: number {} is not kept", kept_layer));
}

Index Reduction::stands_for(Index kept_layer) const {
  return std::ssize(layers_of(kept_layer));
}

std::vector<int> Reduction::layers_of(Index kept_layer) const {
  if (kept_layer < 0) return {-1};
  const LayerRun& run = run_of(kept_layer);
  const Index in_run = kept_layer - run.kept_first;
  const Index last = in_run + run.period < run.kept ? in_run : run.layers - 1;
  std::vector<int> layers;
  for (Index i = in_run; i <= last; i += run.period) {
    layers.push_back(static_cast<int>(run.first + i));
  }
  return layers;
}

namespace {

constexpr Index kLongestPattern = 16;

/// Layers kept of `layers`: those left out are whole periods.
Index kept_of(Index layers, Index most, Index period) {
  const Index least = (most - 1) * period + 1;
  return least >= layers ? layers : least + (layers - least) % period;
}

/// Layers from `first` on that repeat the windows of the first `pattern` ones.
Index reach(const TransformerSpec& spec, Index first, Index end, Index pattern) {
  Index layer = std::min(first + pattern, end);
  while (layer < end && spec.window_of(layer) == spec.window_of(layer - pattern)) ++layer;
  return layer - first;
}

/// The run that begins at `first`: as long as any pattern reaches that comes twice, and of those
/// patterns the shortest.
LayerRun run_from(const TransformerSpec& spec, Index first, Index end) {
  LayerRun run{first, reach(spec, first, end, 1), 0, 0, 1};
  for (Index pattern = 2; pattern <= kLongestPattern; ++pattern) {
    const Index layers = reach(spec, first, end, pattern);
    if (layers >= 2 * pattern && layers > run.layers) run = {first, layers, 0, 0, pattern};
  }
  return run;
}

/// Appends the runs of the layers first … end - 1, which stand alike every `border` layers.
void add_runs(const TransformerSpec& spec, Index first, Index end, Index most, Index border,
              std::vector<LayerRun>& runs) {
  while (first < end) {
    LayerRun run = run_from(spec, first, end);
    const Index period = std::lcm(run.period, border);
    run.kept_first = runs.empty() ? 0 : runs.back().kept_first + runs.back().kept;
    run.kept = kept_of(run.layers, most, period);
    run.period = run.kept == run.layers ? 1 : period;  // all of them: none repeats another
    runs.push_back(run);
    first += run.layers;
  }
}

/// Types of the kept layers; none where all are alike.
std::vector<std::string> kept_types(const TransformerSpec& spec,
                                    const std::vector<LayerRun>& runs) {
  std::vector<std::string> types;
  if (spec.layer_types.empty()) return types;
  for (const LayerRun& run : runs) {
    for (Index layer = run.first; layer < run.first + run.kept; ++layer) {
      types.push_back(spec.layer_types[static_cast<size_t>(layer) % spec.layer_types.size()]);
    }
  }
  return types;
}

}  // namespace

Reduction keep_layers(const TransformerSpec& spec, Index most, const std::vector<Index>& periods) {
  if (most < 2) {
    throw ArgumentError(fmt::format("layers: {} of each kind kept; expected at least 2", most));
  }
  Reduction reduction{spec, {}, true};
  if (spec.n_decoder_layers > 0) {
    const Index all = spec.layers_of_both_stacks();
    reduction.runs = {{0, all, 0, all, 1}};
    return reduction;
  }
  const Index dense = spec.n_experts > 0 ? spec.dense_layers : spec.n_layers;
  Index first = 0;
  size_t kind = 0;
  for (const Index end : {dense, spec.n_layers}) {
    if (end == first) continue;
    const Index border = kind < periods.size() ? periods[kind] : 1;
    add_runs(spec, first, end, most, border, reduction.runs);
    ++kind;
    first = end;
    const LayerRun& last = reduction.runs.back();
    reduction.spec.n_layers = last.kept_first + last.kept;
    if (end == dense && spec.n_experts > 0) reduction.spec.dense_layers = reduction.spec.n_layers;
  }
  reduction.spec.layer_types = kept_types(spec, reduction.runs);
  return reduction;
}

}  // namespace ohm
