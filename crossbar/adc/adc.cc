// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/adc.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.h"
#include "crossbar/adc/flash.h"
#include "crossbar/adc/ideal.h"
#include "crossbar/adc/integrating.h"
#include "crossbar/adc/one_bit.h"
#include "crossbar/adc/pipeline.h"
#include "crossbar/adc/ramp.h"
#include "crossbar/adc/sar.h"
#include "crossbar/adc/uniform.h"

namespace ohm {
namespace {

struct Kind {
  const char* name;
  std::unique_ptr<Adc> (*make)(const AdcSpec&);
};

template <class K>
std::unique_ptr<Adc> make(const AdcSpec& spec) {
  return std::make_unique<K>(spec);
}

/// Every kind of converter; a new one adds its line here.
constexpr std::array kKinds{
    Kind{"ideal", make<IdealAdc>},   Kind{"uniform", make<UniformAdc>},
    Kind{"sar", make<SarAdc>},       Kind{"ramp", make<RampAdc>},
    Kind{"flash", make<FlashAdc>},   Kind{"pipeline", make<PipelineAdc>},
    Kind{"cyclic", make<CyclicAdc>}, Kind{"integrating", make<IntegratingAdc>},
};

/// The thresholds of a perfect converter with these codes.
std::vector<double> nominal_thresholds(const CodeRange& codes) {
  std::vector<double> thresholds;
  for (double code = codes.low; code < codes.high; code += 1.0) thresholds.push_back(code + 0.5);
  return thresholds;
}

/// Moves own codes onto the sums' axis, where `origin` is the value of code 0; codes beyond the
/// range stay at its ends, and boundaries that no longer change the code go.
Transitions placed(const Transitions& own, double origin, const CodeRange& range) {
  Transitions placed;
  for (size_t i = 0; i < own.codes.size(); ++i) {
    const double code = std::clamp(own.codes[i] + origin, range.low, range.high);
    if (!placed.codes.empty() && code == placed.codes.back()) continue;
    if (!placed.codes.empty()) placed.positions.push_back(own.positions[i - 1] + origin);
    placed.codes.push_back(code);
  }
  return placed;
}

}  // namespace

Index Adc::full_codes() const {
  return Index{1} << spec_.bits;
}

CodeRange Adc::codes(bool is_signed) const {
  const auto full = static_cast<double>(full_codes());
  const double low = is_signed ? -full / 2.0 : 0.0, high = low + full - 1.0;
  if (spec_.levels == "mid_rise") return {low + 0.5, high + 0.5};
  if (!is_signed || spec_.levels == "mid_tread") return {low, high};
  const std::string problem = one_bit_problem(spec_, is_signed);
  if (!problem.empty()) throw ArgumentError("adc.bits: " + problem);
  return {-high, high};
}

double Adc::step_for(double reach, bool is_signed) const {
  if (!quantises() || !(reach > 0.0)) return 1.0;
  const double last = codes(is_signed).high;
  return reach / (spec_.levels == "mid_rise" ? last + 0.5 : last);
}

double Adc::gain_error(const AdcDraw& draw) const {
  return spec_.gain_error == 0.0 ? 0.0 : std::max(-0.99, spec_.gain_error * draw.gain());
}

double Adc::offset(const AdcDraw& draw) const {
  return spec_.offset == 0.0 ? 0.0 : spec_.offset * draw.offset();
}

Transitions Adc::decisions(const AdcDraw&) const {
  const CodeRange own{0.0, static_cast<double>(full_codes()) - 1.0};
  return in_order(nominal_thresholds(own), own);
}

Transitions Adc::transitions(const AdcDraw& draw, bool is_signed) const {
  if (!quantises()) throw ArgumentError("adc.kind ideal: it has no thresholds; use kind uniform");
  const CodeRange range = codes(is_signed);
  Transitions transitions;
  if (is_affine()) {
    transitions = in_order(nominal_thresholds(range), range);
  } else {
    const double half = spec_.levels == "mid_rise" ? 0.5 : 0.0;
    const double middle = is_signed ? static_cast<double>(full_codes()) / 2.0 : 0.0;
    transitions = placed(decisions(draw), half - middle, range);
  }
  const double factor = 1.0 + gain_error(draw), shift = offset(draw);
  for (double& position : transitions.positions) position = (position - shift) / factor;
  return transitions;
}

std::vector<double> Adc::thresholds(const AdcDraw& draw, bool is_signed) const {
  return code_density_thresholds(transitions(draw, is_signed), codes(is_signed));
}

std::vector<std::string> adc_kinds() {
  std::vector<std::string> names;
  for (const Kind& kind : kKinds) names.emplace_back(kind.name);
  return names;
}

std::unique_ptr<Adc> make_adc(const AdcSpec& spec) {
  const auto kind = std::find_if(kKinds.begin(), kKinds.end(),
                                 [&](const Kind& known) { return spec.kind == known.name; });
  if (kind == kKinds.end()) {
    throw ArgumentError(fmt::format("adc kind '{}' not found; expected one of: {}", spec.kind,
                                    fmt::join(adc_kinds(), ", ")));
  }
  std::unique_ptr<Adc> adc = kind->make(spec);
  if (!adc->is_affine() && (spec.bits < 2 || spec.bits > AdcSpec::kMostThresholdBits)) {
    throw ArgumentError(
        fmt::format("adc kind '{}' with {} bits; expected 2 to {} for a converter whose thresholds "
                    "err one by one",
                    spec.kind, spec.bits, AdcSpec::kMostThresholdBits));
  }
  return adc;
}

}  // namespace ohm
