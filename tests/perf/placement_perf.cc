// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <numeric>

#include "mapping/chip/anneal.h"

namespace ohm {
namespace {

/// Layers of a 70-billion-weight decoder: tiles of the qkv, output, up and gate, and down matrices;
/// inputs are multicast from the owner before, partial sums sent to the owner.
std::vector<Flow> decoder_flows(Index n_tiles, Index& n_groups) {
  constexpr Index kTiles[] = {14, 11, 60, 30};
  constexpr std::int64_t kIn[] = {8192, 8192, 8192, 28672}, kOut[] = {10240, 8192, 57344, 8192};
  std::vector<Flow> flows;
  Index owner = -1;
  n_groups = 0;
  for (size_t m = 0; n_groups + kTiles[m] <= n_tiles; m = (m + 1) % 4) {
    std::vector<Index> groups(static_cast<size_t>(kTiles[m]));
    std::iota(groups.begin(), groups.end(), n_groups);
    if (owner >= 0) flows.push_back({FlowKind::multicast, owner, groups, {kIn[m]}});
    owner = n_groups + kTiles[m] / 2;
    const std::vector<std::int64_t> bytes(groups.size(), kOut[m] * 3 / kTiles[m] * 2);
    flows.push_back({FlowKind::unicast, owner, groups, bytes});
    n_groups += kTiles[m];
  }
  return flows;
}

/// Goal: 10,000 tiles within 10 % of the bound in under 30 s.
void anneal_ten_thousand_tiles(benchmark::State& state) {
  const Mesh mesh(100, 100);
  Index n_groups = 0;
  const auto flows = decoder_flows(mesh.size(), n_groups);
  for (auto _ : state) {
    AnnealSpec spec;
    spec.start = compact_start(mesh, flows, n_groups);
    spec.moves = 10'000'000;
    const AnnealedPlacement placed = anneal(Interconnect(mesh), flows, spec);
    state.counters["gap"] = placed.gap();
  }
}
BENCHMARK(anneal_ten_thousand_tiles)->Unit(benchmark::kSecond)->Iterations(1);

}  // namespace
}  // namespace ohm
