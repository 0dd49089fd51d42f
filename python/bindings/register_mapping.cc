// SPDX-License-Identifier: Apache-2.0
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "mapping/chip/fit.h"
#include "mapping/chip/map_network.h"
#include "mapping/structure/layout.h"
#include "python/bindings/figures/occupation.h"
#include "python/bindings/loaded_network.h"
#include "python/bindings/register.h"

namespace py = pybind11;

namespace ohm::python {
namespace {

py::dict part_of(const FitPart& part) {
  py::dict row;
  row["name"] = part.name;
  row["weights"] = part.weights;
  row["cells"] = part.cells;
  row["arrays"] = part.arrays;
  row["utilisation"] = part.utilisation;
  return row;
}

bool fits(const LoadedNetwork& network, const ChipSpec& chip) {
  return layout_of(network.spec(), chip).holds;
}

py::dict fit_of(const LoadedNetwork& network, const ChipSpec& chip) {
  const Fit fit = ohm::fit(network.graph(), chip);
  py::dict result;
  result["crossbar_weights"] = fit.crossbar_weights;
  result["cells"] = fit.cells;
  result["arrays"] = fit.arrays;
  result["tiles"] = fit.tiles;
  result["tiles_per_chip"] = fit.tiles_per_chip;
  result["chips"] = fit.chips;
  result["system_chips"] = fit.system_chips;
  result["area_m2"] = fit.area.si();
  result["chip_area_m2"] = fit.chip_area.si();
  result["reticles"] = fit.reticles;
  result["utilisation"] = fit.utilisation;
  result["fits"] = fit.fits();
  result["lacking"] = fit.lacking;
  result["body"] = part_of(fit.body);
  result["head"] = part_of(fit.head);
  py::list rows;
  for (const FitPart& part : fit.rows) rows.append(part_of(part));
  result["rows"] = rows;
  py::list kinds;
  for (const FitKind& kind : fit.kinds) {
    py::dict row;
    row["name"] = kind.name;
    row["arrays"] = kind.arrays;
    row["tiles"] = kind.tiles;
    row["area_m2"] = kind.area.si();
    kinds.append(row);
  }
  result["kinds"] = kinds;
  return result;
}

/// What one tile holds.
struct TileLoad {
  Index used = 0;
  std::vector<Index> matmuls;  // in the order of their blocks
};

std::map<Index, TileLoad> loads_of(const Mapping& mapping) {
  std::map<Index, TileLoad> loads;
  std::set<std::pair<Index, Index>> arrays;
  for (const StoredBlock& stored : mapping.stored_blocks()) {
    TileLoad& load = loads[stored.slot.tile];
    const Index matmul = stored.block.matmul;
    if (arrays.emplace(stored.slot.tile, stored.slot.slot).second) ++load.used;
    if (std::find(load.matmuls.begin(), load.matmuls.end(), matmul) == load.matmuls.end()) {
      load.matmuls.push_back(matmul);
    }
  }
  return loads;
}

py::dict tile_of(const Mapping& mapping, Index tile, const TileLoad& load) {
  py::dict row;
  py::list names;
  const auto& matmuls = mapping.network.matmuls;
  for (const Index m : load.matmuls) names.append(matmuls[static_cast<size_t>(m)].name);
  row["tile"] = tile;
  row["x"] = tile % mapping.chip.mesh.columns();
  row["y"] = tile / mapping.chip.mesh.columns();
  row["chip"] = mapping.chip.mesh.chip_of(tile);
  row["used"] = load.used;
  row["matmuls"] = names;
  row["layer"] = matmuls[static_cast<size_t>(load.matmuls.front())].layer;
  return row;
}

py::dict placement_of(const Mapping& mapping) {
  py::dict result;
  result["mesh"] = py::make_tuple(mapping.chip.mesh.columns(), mapping.chip.mesh.rows());
  result["chips"] = mapping.chip.mesh.n_chips();
  Index slots = 0;  // of the fullest kind of tile
  for (const TileKind& kind : mapping.chip.kinds) slots = std::max(slots, kind.macros_per_tile);
  result["slots_per_tile"] = slots;
  result["cost_byte_hops"] = mapping.traffic.link_bytes;
  result["lower_bound_byte_hops"] = mapping.traffic.lower_bound;
  result["start_cost_byte_hops"] = mapping.traffic.start_link_bytes;
  result["gap"] = mapping.traffic.gap();
  py::list tiles;
  for (const auto& [tile, load] : loads_of(mapping)) tiles.append(tile_of(mapping, tile, load));
  result["tiles"] = tiles;
  return result;
}

py::dict arrangement_of(const Mapping& mapping) {
  const Arrangement& arrangement = mapping.arrangement;
  py::dict result, copies, duplication;
  for (const StaticMatmul& matmul : mapping.network.matmuls) {
    copies[matmul.name.c_str()] = arrangement.copies[static_cast<size_t>(matmul.id)];
  }
  duplication["cost_s"] = arrangement.duplication.cost * 1e-12;
  duplication["lower_bound_s"] = arrangement.duplication.bound * 1e-12;
  duplication["gap"] = arrangement.duplication.gap();
  result["copies"] = copies;
  result["arrays"] = arrangement.arrays;
  result["fewest_arrays"] = arrangement.fewest_arrays;
  result["duplication"] = duplication;
  return result;
}

py::dict verification_of(const Mapping& mapping) {
  py::dict result;
  result["checked"] = mapping.verification.checked;
  result["assumed"] = mapping.verification.assumed;
  result["blocks"] = mapping.verification.blocks;
  result["weights"] = mapping.verification.weights;
  return result;
}

}  // namespace

void register_mapping(py::module_& module) {
  module.def("fit", &fit_of, py::arg("network"), py::arg("chip"),
             "What a network takes in crossbars, closed forms.");
  module.def("fits", &fits, py::arg("network"), py::arg("chip"), "Whether a chip holds a network.");
  py::class_<Mapping, std::shared_ptr<Mapping>>(module, "MappedNetwork",
                                                "A network on a chip, verified.")
      .def_static(
          "map",
          [](const LoadedNetwork& network, const ChipSpec& chip) {
            return std::make_shared<Mapping>(map_network(network.graph(), chip));
          },
          py::arg("network"), py::arg("chip"), py::call_guard<py::gil_scoped_release>(),
          "ConfigError if the network does not fit.")
      .def_property_readonly("placement", &placement_of)
      .def_property_readonly("traffic", &traffic_of)
      .def_property_readonly("arrangement", &arrangement_of)
      .def_property_readonly("verification", &verification_of);
}

}  // namespace ohm::python
