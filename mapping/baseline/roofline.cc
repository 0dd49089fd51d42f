// SPDX-License-Identifier: Apache-2.0
#include "mapping/baseline/roofline.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.h"
#include "mapping/network/parameter_count.h"

namespace ohm {
namespace {

constexpr double kGiga = 1e9;
constexpr double kParts = 2.0;  // of a layer, that ExchangeSpec::per_layer counts

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

PassCost& PassCost::operator+=(const PassCost& next) {
  time += next.time;
  busy += next.busy;
  compute += next.compute;
  memory += next.memory;
  exchange += next.exchange;
  energy += next.energy;
  counts += next.counts;
  return *this;
}

Roofline::Roofline(const BaselineSpec& spec, const Network& network)
    : spec_(spec),
      counter_(network, spec.bits),
      network_(network.spec.name),
      layers_(std::max(network.spec.n_layers, network.spec.caching_layers())),
      start_tokens_(ohm::start_tokens(network.spec)) {
  require_fit(0.0, 0.0);
}

Index Roofline::stages() const {
  return std::min(spec_.stages, layers_);
}

/// Stages that hold a layer of a stack.
double Roofline::stages_of(double layers) const {
  return std::min(static_cast<double>(spec_.stages), layers);
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

Seconds Roofline::exchange_time(const PassCounts& counts, double stages) const {
  const ExchangeSpec& link = spec_.exchange;
  const double per_layer = static_cast<double>(link.per_layer) * counts.parts / kParts;
  const double sums = per_layer * counts.layers / stages;
  const double factor = volume_factor(link.reduction, static_cast<double>(spec_.group()));
  Seconds each = link.latency;
  if (link.bandwidth.si() > 0.0) {
    each = std::max(each, Bytes(factor * counts.exchanged_bytes) / link.bandwidth);
  }
  return std::max(sums * each, counts.tokens * per_layer * link.interval);
}

/// Of one stage, which has 1 / stages of the stack's layers and of the devices.
PassCost Roofline::stage_cost(const PassCounts& counts, double stages) const {
  const double used = stages * static_cast<double>(spec_.group());
  PassCost cost;
  cost.compute =
      Seconds(counts.operations() / (used * spec_.efficiency.compute * spec_.ops_per_s()));
  cost.memory =
      Bytes(counts.bytes()) / (used * spec_.efficiency.bandwidth * spec_.memory.bandwidth);
  cost.exchange = exchange_time(counts, stages);
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
  const PassCounts whole = counter_.decode(sequences, positions);
  const double stages = stages_of(whole.layers), group = std::ceil(sequences / stages);
  const PassCounts part = counter_.decode(group, positions / sequences * group);
  PassCost cost = repeated(stage_cost(part, stages), stages, stages);
  cost.counts = whole;
  cost.bound = bound_of(cost);
  return cost;
}

PassCost Roofline::prefill(const Prompts& prompts) const {
  PassCost cost = whole_prompts(prompts);
  if (start_tokens_ == 0) return cost;
  const double starting = prompts.sequences * static_cast<double>(start_tokens_);
  cost += decode(prompts.sequences, prompts.kept + starting);
  cost.bound = bound_of(cost);
  return cost;
}

PassCost Roofline::whole_prompts(const Prompts& prompts) const {
  const PassCounts whole = counter_.prefill(prompts);
  const double stages = stages_of(whole.layers);
  PassCounts chunk = whole;
  for (double* part : {&chunk.macs, &chunk.attention_macs, &chunk.kv_bytes, &chunk.exchanged_bytes,
                       &chunk.tokens}) {
    *part /= stages;
  }
  PassCost cost = repeated(stage_cost(chunk, stages), 2.0 * stages - 1.0, stages);
  cost.counts = whole;
  cost.bound = bound_of(cost);
  return cost;
}

}  // namespace ohm
