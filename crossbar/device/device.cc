// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/device.h"

#include <fmt/format.h>

#include <array>

#include "core/error.h"
#include "crossbar/device/cmo_hfox.h"
#include "crossbar/device/csv.h"
#include "crossbar/device/gaussian.h"
#include "crossbar/device/ideal.h"
#include "crossbar/device/lognormal.h"
#include "crossbar/device/milo_2021.h"
#include "crossbar/device/pcm.h"
#include "crossbar/device/sonos.h"
#include "crossbar/device/table.h"
#include "crossbar/device/uniform.h"

namespace ohm {
namespace {

struct Kind {
  const char* name;
  std::unique_ptr<Device> (*make)();
};

template <class Model>
std::unique_ptr<Device> make() {
  return std::make_unique<Model>();
}

/// Every kind of device; a new one adds its line here.
constexpr std::array kKinds{
    Kind{"ideal", make<IdealDevice>},
    Kind{"gaussian", make<GaussianDevice>},
    Kind{"lognormal", make<LognormalDevice>},
    Kind{"uniform", make<UniformDevice>},
    Kind{"table", make<TableDevice>},
    Kind{"csv", make<CsvDevice>},
    Kind{"cmo_hfox", make<CmoHfoxDevice>},
    Kind{"milo_2021", make<MiloDevice>},
    Kind{"pcm", make<PcmDevice>},
    Kind{"sonos", make<SonosDevice>},
};

std::string shown(Siemens g) {
  return format_quantity(g.si(), kSiemens);
}
std::string shown(Seconds t) {
  return format_quantity(t.si(), kSecond);
}

/// Its source, where the user named one.
std::string cited(const DeviceSpec& cell) {
  return cell.source.empty() ? "" : fmt::format(" ({})", cell.source);
}

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

std::optional<DeviceViolation> range_violation(const DeviceSpec& cell, Siemens low, Siemens high) {
  if (cell.g_min >= low && cell.g_max <= high) return std::nullopt;
  return DeviceViolation{
      cell.g_min < low ? "g_min" : "g_max",
      fmt::format("[{}, {}] leaves the range of the measurement, [{}, {}]{}; stay inside",
                  shown(cell.g_min), shown(cell.g_max), shown(low), shown(high), cited(cell))};
}

std::optional<DeviceViolation> target_violation(const DeviceSpec& cell, Siemens low, Siemens high) {
  constexpr double kRounding = 1e-9;  // 40 uS need not be the double that 40e-6 is
  DeviceSpec targeted = cell;
  const auto violation = [&](double slack) {
    targeted.g_min = low * (1.0 + slack);
    targeted.g_max = high * (1.0 - slack);
    return cell.model->violation(targeted);
  };
  return violation(kRounding) ? violation(0.0) : std::nullopt;
}

std::optional<DeviceViolation> age_violation(const DeviceSpec& cell, Seconds first, Seconds last) {
  const Seconds age = cell.equivalent_age();
  if (age >= first && age <= last) return std::nullopt;
  const std::string hotter =
      age == cell.age ? ""
                      : fmt::format(" (as old as {} at the reference temperature)", shown(age));
  return DeviceViolation{
      "age", fmt::format("{}{} lies outside the measured times, {} to {}{}; stay inside",
                         shown(cell.age), hotter, shown(first), shown(last), cited(cell))};
}

Siemens Device::white_noise(Siemens g, const DeviceSpec& cell) const {
  return cell.read_noise * g;
}

DeviceSpec::DeviceSpec() : model(make_device(kind)) {}

DeviceSpec::DeviceSpec(const DeviceSpec& other) : CellFields(other), model(other.model->clone()) {}

DeviceSpec& DeviceSpec::operator=(const DeviceSpec& other) {
  return *this = DeviceSpec(other);
}

namespace {

void visit_imperfections(DeviceSpec& cell, Visitor& v) {
  v.value(Field("age", "time between programming and reading").at_least(0), cell.age);
  v.value(Field("sigma_scale", "factor on the programming error of the kind").between(0, 100),
          cell.sigma_scale);
  v.value(Field("sigma_uncertainty", "relative uncertainty of the measured sigma; stated only")
              .between(0, 10),
          cell.sigma_uncertainty);
  v.value(Field("read_noise", "standard deviation of one read / G, fresh at each conversion")
              .between(0, 1),
          cell.read_noise);
  v.value(Field("stuck_low", "share of cells stuck at g_min").between(0, 1), cell.stuck_low);
  v.value(Field("stuck_high", "share of cells stuck at g_max").between(0, 1), cell.stuck_high);
}

void visit_groups(DeviceSpec& cell, Visitor& v) {
  v.nested(Field("programming", "how cells are written, and what that costs"), cell.programming);
  v.nested(Field("noise", "of a read, by its physics"), cell.noise);
  v.nested(Field("iv", "current against voltage"), cell.iv);
  v.nested(Field("retention", "drift after programming"), cell.retention);
  v.nested(Field("temperature", "of the cells"), cell.temperature);
  v.nested(Field("faults", "dead lines and spare columns"), cell.faults);
  v.nested(Field("endurance", "cycles until cells fail"), cell.endurance);
}

void check_range(const DeviceSpec& cell, Visitor& v) {
  v.rule(cell.g_max <= cell.g_min || cell.range() / cell.g_max >= 1e-3, "g_max",
         "the range is less than 0.1 % of g_max; expected levels that can be told apart");
  v.rule(cell.g_max > cell.g_min, "g_max",
         fmt::format("{} is not above g_min, {}; expected g_max > g_min", shown(cell.g_max),
                     shown(cell.g_min)));
}

/// What the parts of a cell demand of each other.
void check_parts(const DeviceSpec& cell, Visitor& v) {
  v.rule(cell.stuck_low + cell.stuck_high <= 1.0, "stuck_high",
         "stuck_low + stuck_high exceeds 1; expected shares of all cells");
  const auto violation = cell.model->violation(cell);
  v.rule(!violation, violation ? violation->key : "kind", violation ? violation->message : "");
  v.rule(cell.retention.model == "none" || !cell.model->drifts(), "retention",
         fmt::format("kind {} drifts by a law of its own; expected model none", cell.kind));
  const auto kept = retention_violation(cell.retention, cell.equivalent_age());
  v.rule(!kept, "age", kept.value_or(""));
  const auto curve = iv_violation(cell.iv, cell.g_min, cell.g_max);
  v.rule(!curve, "iv", curve.value_or(""));
}

}  // namespace

void DeviceSpec::visit(Visitor& v) {
  const std::string before = kind;
  v.value(Field("kind", "how programming errors are distributed").must().one_of(device_kinds()),
          kind);
  if (kind != before) model = make_device(kind);
  v.value(Field("source", "where the numbers come from"), source);
  v.value(Field("g_min", "conductance of the lowest level").between(0, 1), g_min);
  v.value(Field("g_max", "conductance of the highest level").between(1e-12, 1), g_max);
  visit_imperfections(*this, v);
  v.value(Field("cell_area_f2", "cell area, in units of the node squared").positive(),
          cell_area_f2);
  model->visit(v);
  visit_groups(*this, v);
  check_range(*this, v);
  check_parts(*this, v);
}

}  // namespace ohm
