// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/event_work.h"

#include <numeric>

#include "mapping/network/network.h"
#include "mapping/structure/layer_runs.h"
#include "mapping/structure/layout.h"

namespace ohm {
namespace {

constexpr double kOfAStep = 40.0, kStepsOfAMatrix = 9.0, kClaimsOfATile = 10.0;
constexpr double kLayingOut = 3000.0;  // tokens

}  // namespace

double event_work(const TokenPlan& plan) {
  double work = 0.0;
  for (const Step& step : plan.steps) work += kOfAStep + static_cast<double>(step.claims.size());
  return work;
}

double event_work(Index matrices, Index tiles) {
  return kOfAStep * kStepsOfAMatrix * static_cast<double>(matrices) +
         kClaimsOfATile * static_cast<double>(tiles);
}

bool simulates_all(Index matrices, Index tiles, Index tokens, double work) {
  const double laid_out = kLayingOut * event_work(0, tiles);
  return laid_out + static_cast<double>(tokens) * event_work(matrices, tiles) <= work;
}

bool simulates_all(const TransformerSpec& network, const ChipSpec& chip, Index tokens,
                   double work) {
  const Reduction two = keep_layers(network, 2);
  Index matrices = 0;
  for (const StaticMatmul& matmul : build_network(two.spec).matmuls) {
    matrices += two.stands_for(matmul.layer);
  }
  if (!simulates_all(matrices, 0, tokens, work)) return false;  // whatever tiles it takes
  const Layout layout = layout_of(network, chip);
  const Index tiles = std::accumulate(layout.tiles.begin(), layout.tiles.end(), Index{0});
  return layout.holds && simulates_all(matrices, tiles, tokens, work);
}

}  // namespace ohm
