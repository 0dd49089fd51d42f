// SPDX-License-Identifier: Apache-2.0
#include "mapping/thermal/thermal_spec.h"

#include <fmt/format.h>

#include <cmath>

namespace ohm {
namespace {

constexpr size_t kMostLayers = 16;

double power_shares(const std::vector<ThermalLayerSpec>& layers) {
  double sum = 0.0;
  for (const ThermalLayerSpec& layer : layers) sum += layer.power;
  return sum;
}

}  // namespace

void ThermalLayerSpec::visit(Visitor& v) {
  v.value(Field("name", "what the layer is").must(), name);
  v.value(Field("thickness", "of the layer").between(1e-7, 0.1), thickness);
  v.value(Field("conductivity", "of heat, along and across the layer").between(1e-3, 1e4),
          conductivity);
  v.value(Field("heat_capacity", "per volume").between(1e3, 1e8), heat_capacity);
  v.value(Field("interface", "thermal resistance × area between this layer and the next one")
              .between(0, 1),
          interface);
  v.value(Field("power", "share of the tiles' power that is made in this layer").between(0, 1),
          power);
}

std::vector<ThermalLayerSpec> ThermalSpec::stack() const {
  if (!layers.empty()) return layers;
  ThermalLayerSpec die;
  die.power = 1.0;
  return {die};
}

void ThermalSpec::visit(Visitor& v) {
  v.value(Field("kind", "none: temperature is not computed; network: thermal resistances")
              .one_of({"none", "network"}),
          kind);
  v.value(Field("ambient", "temperature around the package").between(1, 1000), ambient);
  v.value(Field("resistance", "from the last layer of one chip to the ambient").between(1e-6, 1e6),
          resistance);
  v.nested_list(Field("layers", "from the farthest from the heat sink to the one that touches it"),
                layers);
  v.value(Field("leakage_reference", "at which the chip's leakage is stated").between(1, 1000),
          leakage_reference);
  v.value(Field("leakage_doubling", "rise of temperature that doubles leakage").between(1, 1e6),
          leakage_doubling);
  v.value(Field("limit", "hottest tile that is accepted").between(1, 1000), limit);
  v.value(Field("source", "where the figures come from"), source);
  v.rule(given() || *this == ThermalSpec{}, "kind",
         "none beside other keys; expected kind: network, or no section");
  v.rule(layers.size() <= kMostLayers, "layers",
         fmt::format("{} layers; expected at most {}", layers.size(), kMostLayers));
  v.rule(layers.empty() || std::abs(power_shares(layers) - 1.0) < 1e-9, "layers",
         fmt::format("shares of power add up to {:.6g}; expected 1: state the power of each layer "
                     "that holds circuits",
                     power_shares(layers)));
  v.rule(limit > ambient, "limit",
         fmt::format("{} K at an ambient of {} K; expected more than the ambient", limit.si(),
                     ambient.si()));
}

}  // namespace ohm
