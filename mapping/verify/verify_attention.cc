// SPDX-License-Identifier: Apache-2.0
#include "mapping/verify/verify_attention.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "mapping/network/experts.h"
#include "mapping/verify/violated.h"

namespace ohm {
namespace {

std::int64_t whole_bytes(Index n, Index bits) {
  return (n * bits + 7) / 8;
}

/// Elements per head, from the papers' shapes (latents: DeepSeek-V2, 2.1.2).
struct HeadSizes {
  Index query = 0, cached = 0, value = 0;
};

HeadSizes sizes_of(const TransformerSpec& spec) {
  const Index latent = spec.kv_lora_rank + spec.rope_head_dim;
  if (spec.is_latent()) return {latent, latent, spec.kv_lora_rank};
  const Index size = spec.query_width() / spec.n_heads;
  return {size, 2 * size, size};
}

/// The attention of one pair of operators, scores and values of a layer.
class AttentionCheck {
 public:
  AttentionCheck(const Mapping& mapping, Index scores)
      : mapping_(mapping),
        spec_(mapping.network.spec),
        sizes_(sizes_of(spec_)),
        scores_(scores),
        site_(
            mapping.placement.attention.at(static_cast<size_t>(mapping.network.op(scores).layer))),
        each_(site_.tiles_per_team()) {
    for (const Index tile : site_.tiles) team_of_.emplace(tile, std::ssize(team_of_) / each_);
  }

  void check_teams() const {
    const std::set<Index> tiles(site_.tiles.begin(), site_.tiles.end());
    const Index teams = std::ssize(site_.teams.heads);
    if (std::ssize(tiles) != teams * each_ || tiles.size() != site_.tiles.size()) {
      violated(fmt::format("attention of {}: {} teams of {} tiles on {} different ones", name(),
                           teams, each_, tiles.size()));
    }
    const Index kv = spec_.is_latent() ? 1 : spec_.kv_width() / sizes_.query;
    const Index group = spec_.n_heads / kv;
    std::vector<Index> whole(static_cast<size_t>(kv), 0), parts(whole);
    Index head = 0;
    for (const Index n : site_.teams.heads) {
      for (Index k = head / group; n > 0 && k <= (head + n - 1) / group && k < kv; ++k) {
        const Index first = std::max(head, k * group), last = std::min(head + n, (k + 1) * group);
        ++(last - first == group ? whole : parts)[static_cast<size_t>(k)];
      }
      head += n;
    }
    if (head != spec_.n_heads) {
      violated(fmt::format("attention of {}: teams have {} heads; the network has {}", name(), head,
                           spec_.n_heads));
    }
    check_copies(whole, parts);
  }

  void check_queries(std::map<Index, std::vector<const Transfer*>>& sent) const {
    std::int64_t sum = 0;
    for (const Transfer* t : sent[static_cast<Index>(TransferKind::queries)]) {
      expect(*t, t->tiles == site_.tiles && t->together == each_ && from_home(*t),
             "do not reach all tiles of their teams");
      for (size_t i = 0; i < t->tiles.size(); ++i) {
        const size_t leader = i / static_cast<size_t>(each_) * static_cast<size_t>(each_);
        expect(*t, t->bytes[i] == t->bytes[leader], "differ within a team");
        if (i == leader) sum += t->bytes[i];
      }
    }
    // a query is an operand of 8-bit products, however narrow the keys are
    const Index bits = std::max<Index>(8, kv_bits());
    expect_sum("queries", sum, whole_bytes(spec_.n_heads * sizes_.query, bits));
  }

  /// Each position's are stored once per copy, so as many bytes arrive per token.
  void check_keys(std::map<Index, std::vector<const Transfer*>>& sent) const {
    std::int64_t sum = 0;
    for (const Transfer* t : sent[static_cast<Index>(TransferKind::keys)]) {
      std::set<Index> teams;
      for (const Index tile : t->tiles) {
        if (team_of_.contains(tile)) teams.insert(team_of_.at(tile));
      }
      const bool each = std::ssize(teams) == std::ssize(site_.teams.heads) &&
                        teams.size() == t->tiles.size() && t->together == 1;
      expect(*t, each && from_home(*t), "do not reach one tile of each team");
      for (const std::int64_t bytes : t->bytes) sum += bytes;
    }
    expect_sum("keys and values", sum, whole_bytes(copies() * sizes_.cached, kv_bits()));
  }

  /// Every tile's result is handed over once, by who has it, until the first tile of a team has
  /// those of all its tiles.
  void check_merging(std::map<Index, std::vector<const Transfer*>>& sent, Index values) const {
    std::map<Index, std::set<Index>> has;  // by tile: whose results
    for (const Index tile : site_.tiles) has[tile] = {tile};
    auto rounds = sent[static_cast<Index>(TransferKind::partial_values)];
    std::sort(rounds.begin(), rounds.end(),
              [](const Transfer* a, const Transfer* b) { return a->round < b->round; });
    for (const Transfer* t : rounds) {
      for (size_t i = 0; i < t->tiles.size(); ++i) hand_over(*t, i, has);
    }
    for (size_t i = 0; i < site_.tiles.size(); ++i) {
      const bool leads = i % static_cast<size_t>(each_) == 0;
      if (std::ssize(has[site_.tiles[i]]) == (leads ? each_ : 0)) continue;
      violated(fmt::format("partial values of {}: tile {} ends with {} results", name(),
                           site_.tiles[i], has[site_.tiles[i]].size()));
    }
    check_mixed(sent, values);
  }

 private:
  const std::string& name() const { return mapping_.network.op(scores_).name; }
  Index kv_bits() const { return mapping_.chip.spec.kv_bits; }
  Index activation_bits() const { return mapping_.chip.spec.digital.activation_bits; }
  Index copies() const {
    const Index group = spec_.is_latent() ? spec_.n_heads : spec_.query_width() / spec_.kv_width();
    Index sum = 0;
    for (const Index n : site_.teams.heads) sum += (n + group - 1) / group;
    return sum;
  }
  bool from_home(const Transfer& t) const {
    return t.from >= 0 && t.hub == mapping_.placement.home[static_cast<size_t>(t.from)] &&
           t.bytes.size() == t.tiles.size();
  }

  /// A head of keys and values is with one team that has all of its group, or with those that have
  /// parts of it and nothing else.
  void check_copies(const std::vector<Index>& whole, const std::vector<Index>& parts) const {
    for (size_t k = 0; k < whole.size(); ++k) {
      const bool once = whole[k] == 1 && parts[k] == 0, shared = whole[k] == 0 && parts[k] > 1;
      if (once || shared) continue;
      violated(
          fmt::format("attention of {}: head {} of keys and values is kept by {} teams that "
                      "have all of its queries and {} that have some",
                      name(), k, whole[k], parts[k]));
    }
  }

  void expect(const Transfer& t, bool holds, const char* text) const {
    if (holds) return;
    violated(fmt::format("queries, keys and values of {} from tile {} {}", name(), t.hub, text));
  }

  /// At least; each team may round each operand up to whole bytes.
  void expect_sum(const char* what, std::int64_t sum, std::int64_t wanted) const {
    const std::int64_t slack = 3 * std::ssize(site_.teams.heads);
    if (sum >= wanted && sum <= wanted + slack) return;
    violated(fmt::format("{} of {}: {} bytes are sent; expected {}", what, name(), sum, wanted));
  }

  void hand_over(const Transfer& t, size_t i, std::map<Index, std::set<Index>>& has) const {
    const Index from = t.tiles.at(i), to = t.ends.at(i);
    std::set<Index>& given = has[from];
    const auto sender = team_of_.find(from), receiver = team_of_.find(to);
    const bool known = sender != team_of_.end() && receiver != team_of_.end();
    if (!known || given.empty() || has[to].empty() || sender->second != receiver->second) {
      violated(
          fmt::format("partial values of {}: tile {} has nothing for tile {}", name(), from, to));
    }
    const Index n = site_.teams.heads[static_cast<size_t>(sender->second)] * (sizes_.value + 2);
    if (t.bytes.at(i) != whole_bytes(n, activation_bits())) {
      violated(fmt::format("partial values of {}: {} bytes from tile {}; expected {}", name(),
                           t.bytes[i], from, whole_bytes(n, activation_bits())));
    }
    has[to].insert(given.begin(), given.end());
    given.clear();
  }

  void check_mixed(std::map<Index, std::vector<const Transfer*>>& sent, Index values) const {
    const auto& mixed = sent[static_cast<Index>(TransferKind::mixed_values)];
    const bool one = mixed.size() == 1 && mixed.front()->tiles.size() == site_.teams.heads.size() &&
                     mixed.front()->bytes.size() == mixed.front()->tiles.size();
    if (!one || mixed.front()->hub != mapping_.placement.home[static_cast<size_t>(values)]) {
      violated(fmt::format("mixed values of {} do not leave each team once", name()));
    }
    const Transfer& t = *mixed.front();
    for (size_t team = 0; team < t.tiles.size(); ++team) {
      const auto wanted = whole_bytes(site_.teams.heads[team] * sizes_.value, activation_bits());
      if (t.tiles[team] == site_.tiles[team * static_cast<size_t>(each_)] &&
          t.bytes[team] == wanted) {
        continue;
      }
      violated(fmt::format("mixed values of {}: {} bytes from tile {}; expected {}", name(),
                           t.bytes[team], t.tiles[team], wanted));
    }
  }

  const Mapping& mapping_;
  const TransformerSpec& spec_;
  const HeadSizes sizes_;
  const Index scores_;
  const AttentionSite& site_;
  const Index each_;
  std::map<Index, Index> team_of_;  // by tile
};

/// The attention_values behind these scores and their softmax.
Index values_behind(const Network& network, Index scores) {
  Index at = scores;
  while (network.op(at).kind != OpKind::attention_values) {
    const auto edges = boost::out_edges(static_cast<size_t>(at), network.graph);
    at = static_cast<Index>(boost::target(*edges.first, network.graph));
  }
  return at;
}

}  // namespace

bool is_of_attention(const Transfer& transfer) {
  return transfer.kind == TransferKind::queries || transfer.kind == TransferKind::keys ||
         transfer.kind == TransferKind::partial_values ||
         transfer.kind == TransferKind::mixed_values;
}

void verify_attention(const Mapping& mapping) {
  std::map<Index, std::map<Index, std::vector<const Transfer*>>> sent;  // by vertex, then kind
  for (const Transfer& t : mapping.transfers) {
    if (is_of_attention(t)) sent[t.vertex][static_cast<Index>(t.kind)].push_back(&t);
  }
  for (const Index vertex : mapping.network.order) {
    if (mapping.network.op(vertex).kind != OpKind::attention_scores) continue;
    const Index values = values_behind(mapping.network, vertex);
    const AttentionCheck check(mapping, vertex);
    check.check_teams();
    check.check_queries(sent[vertex]);
    check.check_keys(sent[vertex]);
    check.check_merging(sent[values], values);
    sent.erase(vertex);
    sent.erase(values);
  }
  if (sent.empty()) return;
  violated(fmt::format("attention sends something to {}, which needs nothing of it",
                       mapping.network.op(sent.begin()->first).name));
}

}  // namespace ohm
