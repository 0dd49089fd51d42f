// SPDX-License-Identifier: Apache-2.0
#include "python/bindings/figures/occupation.h"

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace py = pybind11;

namespace ohm::python {
namespace {

/// Work of one tile, s.
struct TileWork {
  Index arrays = 0;
  double arrays_s = 0.0, digital_s = 0.0, attention_s = 0.0;
};

double in_seconds(Picoseconds time) {
  return static_cast<double>(time) * 1e-12;
}

/// Calls `visit(link, from, to)` for both directions between all neighbouring tiles.
void for_each_link(const Mesh& mesh, const std::function<void(Index, Index, Index)>& visit) {
  for (Index tile = 0; tile < mesh.size(); ++tile) {
    const bool last_column = tile % mesh.columns() == mesh.columns() - 1;
    const bool last_row = tile / mesh.columns() == mesh.rows() - 1;
    for (const Index next :
         {last_column ? tile : tile + 1, last_row ? tile : tile + mesh.columns()}) {
      if (next == tile) continue;
      visit(mesh.path(tile, next).front(), tile, next);
      visit(mesh.path(next, tile).front(), next, tile);
    }
  }
}

/// Lists of the links that have a value, which stands under `key`.
template <class T>
py::dict links_with(const Mesh& mesh, const std::map<Index, T>& values, const char* key) {
  py::list link, from, to, value;
  for_each_link(mesh, [&](Index number, Index source, Index target) {
    const auto found = values.find(number);
    if (found == values.end()) return;
    link.append(number);
    from.append(source);
    to.append(target);
    value.append(found->second);
  });
  py::dict lists;
  lists["link"] = link;
  lists["from"] = from;
  lists["to"] = to;
  lists[key] = value;
  return lists;
}

/// Adds the work of arrays: an array works while a copy that it holds blocks of does.
void add_arrays(const Mapping& mapping, const std::map<std::pair<Index, Index>, double>& by_copy,
                std::map<Index, TileWork>& work) {
  std::set<std::pair<Index, Index>> arrays;
  std::set<std::tuple<Index, Index, Index, Index>> held;
  for (const StoredBlock& stored : mapping.stored_blocks()) {
    const auto [tile, slot] = stored.slot;
    const Index matmul = stored.block.matmul;
    if (arrays.emplace(tile, slot).second) ++work[tile].arrays;
    if (!held.emplace(tile, slot, matmul, stored.copy).second) continue;
    const auto busy = by_copy.find({matmul, stored.copy});
    if (busy != by_copy.end()) work[tile].arrays_s += busy->second;
  }
}

std::map<Index, TileWork> work_of_tiles(const Mapping& mapping, const Schedule& schedule) {
  std::map<Index, TileWork> work;
  std::map<std::pair<Index, Index>, double> by_copy;
  for (size_t r = 0; r < schedule.resources.size(); ++r) {
    const Resource& resource = schedule.resources[r];
    const double busy = in_seconds(schedule.busy[r]);
    if (resource.kind == ResourceKind::macros) by_copy[{resource.number, resource.copy}] += busy;
    if (resource.kind == ResourceKind::digital) work[resource.number].digital_s += busy;
    if (resource.kind == ResourceKind::attention) work[resource.number].attention_s += busy;
  }
  add_arrays(mapping, by_copy, work);
  return work;
}

}  // namespace

py::dict traffic_of(const Mapping& mapping) {
  std::map<Index, std::int64_t> bytes;
  for (const Transfer& transfer : mapping.transfers) {
    const Route taken = route(mapping.chip.mesh, per_token(transfer));
    for (const LinkLoad& load : taken.links) bytes[load.link] += load.bytes;
  }
  return links_with(mapping.chip.mesh, bytes, "bytes");
}

py::dict occupation_of(const Mapping& mapping, const Schedule& schedule) {
  py::list tile, arrays, arrays_s, digital_s, attention_s;
  for (const auto& [number, work] : work_of_tiles(mapping, schedule)) {
    tile.append(number);
    arrays.append(work.arrays);
    arrays_s.append(work.arrays_s);
    digital_s.append(work.digital_s);
    attention_s.append(work.attention_s);
  }
  std::map<Index, double> busy;
  for (size_t r = 0; r < schedule.resources.size(); ++r) {
    if (schedule.resources[r].kind != ResourceKind::link || schedule.busy[r] == 0) continue;
    busy[schedule.resources[r].number] = in_seconds(schedule.busy[r]);
  }
  py::dict tiles, result;
  tiles["tile"] = tile;
  tiles["arrays"] = arrays;
  tiles["arrays_s"] = arrays_s;
  tiles["digital_s"] = digital_s;
  tiles["attention_s"] = attention_s;
  result["tiles"] = tiles;
  result["links"] = links_with(mapping.chip.mesh, busy, "busy_s");
  return result;
}

}  // namespace ohm::python
