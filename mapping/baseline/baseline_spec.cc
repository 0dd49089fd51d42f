// SPDX-License-Identifier: Apache-2.0
#include "mapping/baseline/baseline_spec.h"

#include <fmt/format.h>

#include <algorithm>

namespace ohm {
namespace {

constexpr double kTera = 1e12;

const PeakRateSpec* peak_at(const BaselineSpec& spec) {
  const auto found = std::find_if(spec.peaks.begin(), spec.peaks.end(),
                                  [&](const auto& p) { return p.precision == spec.precision; });
  return found == spec.peaks.end() ? nullptr : &*found;
}

std::string precisions(const BaselineSpec& spec) {
  std::string list;
  for (const PeakRateSpec& peak : spec.peaks) list += (list.empty() ? "" : ", ") + peak.precision;
  return list;
}

}  // namespace

void OriginSpec::visit(Visitor& v) {
  v.value(Field("status", "how far the figures can be trusted")
              .must()
              .one_of({"measured", "claim", "computed", "fitted", "assumption"}),
          status);
  v.value(Field("source", "where the figures come from").must(), source);
}

void PeakRateSpec::visit(Visitor& v) {
  v.value(Field("precision", "of the products, such as fp16, fp8 or int8").must(), precision);
  v.value(Field("tops", "10^12 dense operations per second of one device; 1 MAC = 2 operations")
              .must()
              .between(1e-6, 1e9),
          tops);
  origin.visit(v);
}

void BaselineMemorySpec::visit(Visitor& v) {
  v.value(Field("capacity", "bytes of one device").must().between(1e3, 1e15), capacity);
  v.value(Field("bandwidth", "bytes per second of one device").must().between(1e3, 1e18),
          bandwidth);
  origin.visit(v);
}

void EfficiencySpec::visit(Visitor& v) {
  v.value(Field("compute", "share of the peak rate that long runs reach").between(1e-3, 1),
          compute);
  v.value(
      Field("bandwidth", "share of the memory's bandwidth that long runs reach").between(1e-3, 1),
      bandwidth);
  v.value(Field("capacity", "share of the memory for weights, keys and values").between(1e-3, 1),
          capacity);
  origin.visit(v);
}

void BaselinePowerSpec::visit(Visitor& v) {
  v.value(Field("busy", "of one device that works; 0 W: not published").must().between(0, 1e6),
          busy);
  v.value(Field("idle", "of one device between requests").between(0, 1e6), idle);
  v.value(Field("accounting", "what the power covers").must(), accounting);
  v.rule(idle <= busy, "idle", "more than busy; expected at most that");
  origin.visit(v);
}

void ExchangeSpec::visit(Visitor& v) {
  v.value(Field("per_layer", "sums over the devices of a stage for every layer").between(0, 64),
          per_layer);
  v.value(Field("latency", "of one exchange, however small").must().between(0, 1), latency);
  v.value(Field("interval", "from token to token of an exchange; 0 s: those of a step go together")
              .between(0, 1),
          interval);
  v.rule(interval <= latency, "interval", "more than latency; expected at most that");
  v.value(
      Field("bandwidth", "of one device, each way; 0 B/s: volume costs nothing").between(0, 1e18),
      bandwidth);
  v.value(Field("reduction", "ring: every device moves 2 (n - 1) / n of the sum; in_switch: once")
              .one_of({"ring", "in_switch"}),
          reduction);
  origin.visit(v);
}

void BaselineBitsSpec::visit(Visitor& v) {
  v.value(Field("weights", "of a stored weight").between(1, 64), weights);
  v.value(Field("kv", "of a stored key or value").between(1, 64), kv);
  v.value(Field("activations", "of what devices exchange").between(1, 64), activations);
}

void PublishedRateSpec::visit(Visitor& v) {
  v.value(Field("network", "a name in configs/network").must(), network);
  v.value(Field("figure", "what was published")
              .one_of({"output_tokens_per_s", "total_tokens_per_s", "tokens_per_s_per_user",
                       "tpot_ms"}),
          figure);
  v.value(Field("setting",
                "steady: requests follow each other without a pause; decode: one step "
                "at the mean position")
              .one_of({"steady", "decode"}),
          setting);
  v.value(Field("prompt", "tokens per request").at_least(1), prompt);
  v.value(Field("generate", "tokens that are generated per request").at_least(1), generate);
  v.value(Field("batch", "sequences at a time; all: as many as fit").at_least(1).word("all", 0),
          batch);
  v.value(Field("value", "the published figure").must().positive(), value);
  v.value(
      Field("kind", "fitted: a figure of this file was set by it").one_of({"predicted", "fitted"}),
      kind);
  origin.visit(v);
}

double BaselineSpec::ops_per_s() const {
  const PeakRateSpec* peak = peak_at(*this);
  return peak == nullptr ? 0.0 : peak->tops * kTera;
}

Bytes BaselineSpec::usable() const {
  return static_cast<double>(devices) * efficiency.capacity * memory.capacity;
}

void BaselineSpec::visit(Visitor& v) {
  v.value(Field("source", "what the machine is, and who describes it").must(), source);
  v.value(Field("devices", "equal ones that work together").between(1, 1e6), devices);
  v.value(Field("stages", "groups of devices that hold consecutive layers").between(1, 1e6),
          stages);
  v.rule(stages >= 1 && devices % stages == 0, "devices",
         fmt::format("{} devices in {} stages; expected a multiple of stages", devices, stages));
  v.nested_list(Field("peaks", "operations per second by precision").must(), peaks);
  v.value(Field("precision", "which of the peaks a network runs at").must(), precision);
  v.rule(peak_at(*this) != nullptr, "precision",
         fmt::format("no peak of '{}'; expected one of: {}", precision, precisions(*this)));
  v.nested(Field("memory", "of one device").must(), memory);
  v.nested(Field("efficiency", "shares of the peaks").must(), efficiency);
  v.nested(Field("power", "of one device").must(), power);
  v.nested(Field("exchange", "what devices exchange").must(), exchange);
  v.nested(Field("bits", "of what is stored and moved"), bits);
  v.value(Field("die", "logic area of one device; 0 m2: not published").at_least(0), die);
  v.nested_list(Field("published", "results to compare the model with"), published);
}

}  // namespace ohm
