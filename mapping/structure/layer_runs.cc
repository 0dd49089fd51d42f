// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/layer_runs.h"

#include <fmt/format.h>

#include <algorithm>

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

/// Layers kept of `layers`: those left out are whole periods.
Index kept_of(Index layers, Index most, Index period) {
  const Index least = (most - 1) * period + 1;
  return least >= layers ? layers : least + (layers - least) % period;
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
  for (const Index layers : {dense, spec.n_layers - dense}) {
    if (layers == 0) continue;
    const Index first = reduction.runs.empty() ? 0 : dense;
    const Index kept_first = reduction.runs.empty() ? 0 : reduction.runs.back().kept;
    const size_t kind = reduction.runs.size();
    const Index period = kind < periods.size() ? periods[kind] : 1;
    const Index kept = kept_of(layers, most, period);
    // all of them: none repeats another
    reduction.runs.push_back({first, layers, kept_first, kept, kept == layers ? 1 : period});
  }
  const LayerRun& last = reduction.runs.back();
  reduction.spec.n_layers = last.kept_first + last.kept;
  if (spec.n_experts > 0)
    reduction.spec.dense_layers = dense == 0 ? 0 : reduction.runs.front().kept;
  return reduction;
}

}  // namespace ohm
