// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/device.h"

#include <fmt/format.h>

#include <array>

#include "core/error.h"
#include "crossbar/device/gaussian.h"
#include "crossbar/device/ideal.h"
#include "crossbar/device/table.h"

namespace ohm {
namespace {

struct Kind {
  const char* name;
  std::unique_ptr<Device> (*make)();
};

/// Every kind of device; a new one adds its line here.
constexpr std::array kKinds{
    Kind{"ideal", [] { return std::unique_ptr<Device>(new IdealDevice); }},
    Kind{"gaussian", [] { return std::unique_ptr<Device>(new GaussianDevice); }},
    Kind{"table", [] { return std::unique_ptr<Device>(new TableDevice); }},
};

}  // namespace

std::vector<std::string> device_kinds() {
  std::vector<std::string> names;
  for (const Kind& kind : kKinds) names.emplace_back(kind.name);
  return names;
}

std::unique_ptr<Device> make_device(const std::string& kind) {
  for (const Kind& known : kKinds) {
    if (kind == known.name) return known.make();
  }
  throw ArgumentError(fmt::format("device kind '{}' not found; expected one of: {}", kind,
                                  fmt::join(device_kinds(), ", ")));
}

DeviceSpec::DeviceSpec() : model(make_device(kind)) {}

DeviceSpec::DeviceSpec(const DeviceSpec& other)
    : name(other.name),
      kind(other.kind),
      source(other.source),
      g_min(other.g_min),
      g_max(other.g_max),
      age(other.age),
      read_noise(other.read_noise),
      stuck_low(other.stuck_low),
      stuck_high(other.stuck_high),
      cell_area_f2(other.cell_area_f2),
      model(other.model->clone()) {}

DeviceSpec& DeviceSpec::operator=(const DeviceSpec& other) {
  return *this = DeviceSpec(other);
}

void DeviceSpec::visit(Visitor& v) {
  const std::string before = kind;
  v.value(Field("kind", "how programming errors are distributed")
              .must()
              .one_of(device_kinds())
              .later({"cmo_hfox", "milo_2021", "pcm", "sonos", "lognormal", "uniform"}),
          kind);
  if (kind != before) model = make_device(kind);
  v.value(Field("source", "where the numbers come from"), source);
  v.value(Field("g_min", "conductance of the lowest level").between(0, 1), g_min);
  v.value(Field("g_max", "conductance of the highest level").between(1e-12, 1), g_max);
  v.value(Field("age", "time between programming and reading").at_least(0), age);
  v.value(Field("read_noise", "standard deviation of one read / G, fresh at each conversion")
              .between(0, 1),
          read_noise);
  v.value(Field("stuck_low", "share of cells stuck at g_min").between(0, 1), stuck_low);
  v.value(Field("stuck_high", "share of cells stuck at g_max").between(0, 1), stuck_high);
  v.value(Field("cell_area_f2", "cell area, in units of the node squared").positive(),
          cell_area_f2);
  model->visit(v);
  v.rule(g_max <= g_min || range() / g_max >= 1e-3, "g_max",
         "the range is less than 0.1 % of g_max; expected levels that can be told apart");
  v.rule(g_max > g_min, "g_max",
         fmt::format("{} is not above g_min, {}; expected g_max > g_min",
                     format_quantity(g_max.si(), kSiemens), format_quantity(g_min.si(), kSiemens)));
  v.rule(stuck_low + stuck_high <= 1.0, "stuck_high",
         "stuck_low + stuck_high exceeds 1; expected shares of all cells");
  const auto violation = model->violation(*this);
  v.rule(!violation, violation ? violation->key : "kind", violation ? violation->message : "");
}

}  // namespace ohm
