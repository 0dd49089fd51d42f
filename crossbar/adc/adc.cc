// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/adc.h"

#include <fmt/format.h>

#include <array>

#include "core/error.h"
#include "crossbar/adc/ideal.h"
#include "crossbar/adc/uniform.h"

namespace ohm {
namespace {

struct Kind {
  const char* name;
  std::unique_ptr<Adc> (*make)(const AdcSpec&);
};

/// Every kind of converter; a new one adds its line here.
constexpr std::array kKinds{
    Kind{"ideal", [](const AdcSpec&) { return std::unique_ptr<Adc>(new IdealAdc); }},
    Kind{"uniform", [](const AdcSpec& s) { return std::unique_ptr<Adc>(new UniformAdc(s.bits)); }},
};

}  // namespace

std::vector<std::string> adc_kinds() {
  std::vector<std::string> names;
  for (const Kind& kind : kKinds) names.emplace_back(kind.name);
  return names;
}

std::unique_ptr<Adc> make_adc(const AdcSpec& spec) {
  for (const Kind& kind : kKinds) {
    if (spec.kind == kind.name) return kind.make(spec);
  }
  throw ArgumentError(fmt::format("adc kind '{}' not found; expected one of: {}", spec.kind,
                                  fmt::join(adc_kinds(), ", ")));
}

}  // namespace ohm
