// SPDX-License-Identifier: Apache-2.0
#include "mapping/baseline/validate_baseline.h"

#include <algorithm>
#include <cmath>

#include "mapping/baseline/baseline_estimate.h"
#include "mapping/network/find_network.h"
#include "mapping/network/parameter_count.h"

namespace ohm {
namespace {

constexpr double kMilli = 1e-3;

/// Rates and the time per token that a setting has.
struct Found {
  double batch = 0.0, output = 0.0, total = 0.0;
  Seconds tpot;
};

Found in_steady_state(const BaselineSpec& spec, const Network& network,
                      const PublishedRateSpec& published) {
  const SteadyRate rate =
      steady_rate(spec, network, {true, published.prompt, published.generate, published.batch});
  return {rate.batch, rate.output_tokens_per_s, rate.total_tokens_per_s, rate.tpot};
}

Found while_decoding(const BaselineSpec& spec, const Network& network,
                     const PublishedRateSpec& published) {
  const Roofline roofline(spec, network);
  const double position = roofline.counter().attended(
      static_cast<double>(published.prompt + start_tokens(network.spec)) +
      static_cast<double>(published.generate) / 2.0);
  const double batch = published.batch > 0 ? static_cast<double>(published.batch)
                                           : std::floor(roofline.kv_capacity() / position);
  roofline.require_fit(std::max(batch, 1.0), position);
  const Seconds step = roofline.decode(batch, batch * position).time;
  return {batch, batch / step.si(), batch / step.si(), step};
}

double figure_of(const std::string& figure, const Found& found) {
  if (figure == "output_tokens_per_s") return found.output;
  if (figure == "total_tokens_per_s") return found.total;
  if (figure == "tpot_ms") return found.tpot.si() / kMilli;
  return 1.0 / found.tpot.si();
}

}  // namespace

std::vector<BaselineRow> validate_baseline(const BaselineSpec& spec,
                                           const std::vector<std::filesystem::path>& roots) {
  std::vector<BaselineRow> rows;
  for (const PublishedRateSpec& p : spec.published) {
    const Network network = build_network(find_network(p.network, roots));
    const Found found = p.setting == "steady" ? in_steady_state(spec, network, p)
                                              : while_decoding(spec, network, p);
    const double ours = figure_of(p.figure, found);
    rows.push_back({spec.name, p.network, p.figure, p.setting, p.prompt, p.generate, found.batch,
                    p.value, ours, ours / p.value - 1.0, p.origin.status, p.origin.source, p.kind});
  }
  return rows;
}

}  // namespace ohm
