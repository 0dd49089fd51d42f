// SPDX-License-Identifier: Apache-2.0
#include "mapping/baseline/roofline.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.h"

namespace ohm {
namespace {

constexpr double kGiga = 1e9;

/// Volume that one device moves each way for a sum over `devices`, per byte of the vector.
double volume_factor(const std::string& reduction, double devices) {
  if (devices <= 1.0) return 0.0;
  return reduction == "ring" ? 2.0 * (devices - 1.0) / devices : 1.0;
}

std::string bound_of(const PassCost& cost) {
  const double most = std::max({cost.compute.si(), cost.memory.si(), cost.exchange.si()});
  if (most == cost.compute.si()) return "compute";
  if (most == cost.exchange.si()) return "exchange";
  return cost.counts.weight_bytes >= cost.counts.kv_bytes ? "weights" : "kv";
}

}  // namespace

Roofline::Roofline(const BaselineSpec& spec, const Network& network)
    : spec_(spec),
      counter_(network, spec.bits),
      network_(network.spec.name),
      layers_(network.spec.n_layers) {
  require_fit(0.0, 0.0);
}

Index Roofline::stages() const {
  return std::min(spec_.stages, layers_);
}

double Roofline::usable_bytes() const {
  return static_cast<double>(devices()) / static_cast<double>(spec_.devices) * spec_.usable().si();
}

double Roofline::kv_capacity() const {
  const double per_token = counter_.kv_bytes_per_token();
  if (per_token == 0.0) return HUGE_VAL;
  return (usable_bytes() - counter_.weight_bytes()) / per_token;
}

void Roofline::require_fit(double sequences, double tokens) const {
  const double kv = sequences * counter_.kept(tokens) * counter_.kv_bytes_per_token();
  const double needed = counter_.weight_bytes() + kv, there = usable_bytes();
  if (needed <= there) return;
  const std::string asked =
      kv > 0.0 ? fmt::format(" with {:g} sequences of {:g} tokens", sequences, tokens) : "";
  const std::string remedy = kv > 0.0 ? "lower batch or tokens, " : "";
  throw ArgumentError(fmt::format(
      "baseline {}: network {}{} takes {:.4g} GB at {} bits per weight and {} per key or value; "
      "its {} devices hold {:.4g} GB of them: {}lower bits.weights or bits.kv, or take more "
      "devices",
      spec_.name, network_, asked, needed / kGiga, spec_.bits.weights, spec_.bits.kv, devices(),
      there / kGiga, remedy));
}

Seconds Roofline::exchange_time(const PassCounts& counts) const {
  const ExchangeSpec& link = spec_.exchange;
  const auto per_layer = static_cast<double>(link.per_layer);
  const double sums = per_layer * counts.layers / static_cast<double>(stages());
  const double factor = volume_factor(link.reduction, static_cast<double>(spec_.group()));
  Seconds each = link.latency;
  if (link.bandwidth.si() > 0.0) {
    each = std::max(each, Bytes(factor * counts.exchanged_bytes) / link.bandwidth);
  }
  return std::max(sums * each, counts.tokens * per_layer * link.interval);
}

/// Of one stage, which has 1 / stages of the layers and of the devices.
PassCost Roofline::stage_cost(const PassCounts& counts) const {
  const auto used = static_cast<double>(devices());
  PassCost cost;
  cost.compute =
      Seconds(counts.operations() / (used * spec_.efficiency.compute * spec_.ops_per_s()));
  cost.memory =
      Bytes(counts.bytes()) / (used * spec_.efficiency.bandwidth * spec_.memory.bandwidth);
  cost.exchange = exchange_time(counts);
  return cost;
}

PassCost Roofline::repeated(PassCost stage, double periods, double busy) const {
  const Seconds period = std::max(stage.compute, stage.memory) + stage.exchange;
  stage.time = periods * period;
  stage.busy = busy * period;
  stage.compute = busy * stage.compute;
  stage.memory = busy * stage.memory;
  stage.exchange = busy * stage.exchange;
  stage.energy = busy_power() * stage.busy;
  return stage;
}

PassCost Roofline::decode(double sequences, double positions) const {
  const auto stages = static_cast<double>(this->stages());
  const double group = std::ceil(sequences / stages);
  PassCost cost = stage_cost(counter_.decode(group, positions / sequences * group));
  cost = repeated(std::move(cost), stages, stages);
  cost.counts = counter_.decode(sequences, positions);
  cost.bound = bound_of(cost);
  return cost;
}

PassCost Roofline::prefill(const Prompts& prompts) const {
  const auto stages = static_cast<double>(this->stages());
  const PassCounts whole = counter_.prefill(prompts);
  PassCounts chunk = whole;
  for (double* part : {&chunk.macs, &chunk.attention_macs, &chunk.kv_bytes, &chunk.exchanged_bytes,
                       &chunk.tokens}) {
    *part /= stages;
  }
  PassCost cost = repeated(stage_cost(chunk), 2.0 * stages - 1.0, stages);
  cost.counts = whole;
  cost.bound = bound_of(cost);
  return cost;
}

}  // namespace ohm
