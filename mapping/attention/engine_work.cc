// SPDX-License-Identifier: Apache-2.0
#include "mapping/attention/engine_work.h"

#include <algorithm>

#include "mapping/network/attention_shape.h"
#include "mapping/schedule/token_plan.h"

namespace ohm {
namespace {

/// Pieces of `n` in steps of `by`: whole ones, and what is left.
struct Pieces {
  Index whole, rest;
  Pieces(Index n, Index by) : whole(n / by), rest(n % by) {}
  Index count() const { return whole + (rest > 0 ? 1 : 0); }
};

/// Adds up the arrays that one operator drives.
class EngineCount {
 public:
  EngineCount(const Mapping& mapping, Index vertex, AttentionProduct product)
      : mapping_(mapping),
        engine_(*mapping.chip.attention),
        share_(engine_share(mapping, mapping.network.op(vertex).layer)),
        product_(product) {}

  /// `times` products of one head over `positions`.
  void add(Index positions, std::int64_t times) {
    const bool keys = product_ == AttentionProduct::scores;
    const Pieces rows(keys ? share_.key : positions, share_.array.rows);
    const Pieces columns(keys ? positions : share_.value, share_.array.columns);
    use(share_.array.rows, share_.array.columns, rows.whole * columns.whole * times);
    use(share_.array.rows, columns.rest, rows.whole * times);
    use(rows.rest, share_.array.columns, columns.whole * times);
    use(rows.rest, columns.rest, times);
    const Index outputs = keys ? positions : share_.value;
    sums_ += times * std::max<Index>(0, rows.count() - 1) * outputs;
  }

  std::vector<ComponentCost> costs() const {
    std::vector<ComponentCost> costs;
    for (const auto& [shape, mvms] : blocks_) {
      for (const ComponentCost& part :
           engine_.product_energy(product_, {shape.first, shape.second, mvms})) {
        costs.push_back(part);
      }
    }
    const DigitalSpec& unit = mapping_.chip.spec.digital;
    if (sums_ > 0) costs.push_back({"accumulate", element_cost(sums_, unit.accumulate, unit)});
    return costs;
  }

 private:
  void use(Index rows, Index columns, std::int64_t mvms) {
    if (rows > 0 && columns > 0 && mvms > 0) blocks_[{rows, columns}] += mvms;
  }

  const Mapping& mapping_;
  const AttentionEngine& engine_;
  const EngineShare share_;
  const AttentionProduct product_;
  std::map<std::pair<Index, Index>, std::int64_t> blocks_;
  std::int64_t sums_ = 0;
};

}  // namespace

std::map<Index, std::int64_t> dealt_positions(const Request& request, const Phase& phase,
                                              Index tiles) {
  std::map<Index, std::int64_t> dealt;
  for (Index t = phase.first; t <= phase.last; ++t) {
    const Index seen = positions_of(request, t);
    const Index fuller = seen % tiles, each = seen / tiles;
    if (fuller > 0) dealt[each + 1] += fuller * request.batch;
    if (each > 0) dealt[each] += (tiles - fuller) * request.batch;
  }
  return dealt;
}

std::vector<ComponentCost> engine_energy(const Mapping& mapping, Index vertex,
                                         const Request& request, const Phase& phase) {
  const OpKind kind = mapping.network.op(vertex).kind;
  if (kind != OpKind::attention_scores && kind != OpKind::attention_values) return {};
  const int layer = mapping.network.op(vertex).layer;
  const AttentionSite& site = mapping.placement.attention[static_cast<size_t>(layer)];
  const AttentionShape shape = attention_shape(mapping.network.spec);
  const bool scores = kind == OpKind::attention_scores;
  const Request seen = seen_by(mapping.network, vertex, request);
  EngineCount count(mapping, vertex, scores ? AttentionProduct::scores : AttentionProduct::values);
  for (const auto& [positions, times] : dealt_positions(seen, phase, site.tiles_per_team())) {
    count.add(positions, times * shape.heads);
  }
  std::vector<ComponentCost> costs = count.costs();
  if (!scores || is_cross_attention(mapping.network, vertex)) return costs;
  const std::int64_t tokens = (phase.last - phase.first + 1) * request.batch;
  for (const ComponentCost& part : kv_write_energy(mapping, layer, tokens)) costs.push_back(part);
  return costs;
}

std::vector<ComponentCost> kv_write_energy(const Mapping& mapping, int layer, std::int64_t tokens) {
  const AttentionShape shape = attention_shape(mapping.network.spec);
  const Index copies = mapping.placement.attention[static_cast<size_t>(layer)].teams.kv_copies();
  return mapping.chip.attention->write_energy(tokens * copies * (shape.key + shape.value));
}

}  // namespace ohm
