// SPDX-License-Identifier: Apache-2.0
#include "mapping/attention/head_teams.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "mapping/attention/score_cycles.h"
#include "mapping/network/attention_shape.h"

namespace ohm {
namespace {

constexpr double kHardlyLonger = 1.2;

double bytes(Index n, Index bits) {
  return static_cast<double>(n * bits) / 8.0;
}

double in_time(double amount, double rate) {
  return rate > 0.0 ? amount / rate : 0.0;
}

Index ceiling(Index n, Index by) {
  return (n - 1) / by + 1;
}

/// Heads whose queries and two partial results fit beside the keys and values of a buffer; all
/// where not even one's do.
Index heads_that_fit(const AttentionShape& shape, const ChipSpec& chip) {
  const double room = chip.buffer.capacity.si() * (1.0 - chip.buffer.kv_share);
  const double each = bytes(shape.key, chip.query_bits()) +
                      2.0 * bytes(shape.value + 2, chip.digital.activation_bits);
  return room < each ? shape.heads : static_cast<Index>(std::min(room / each, 1e9));
}

/// Heads of every team: whole groups, or parts of each.
std::vector<Index> deal_heads(const AttentionShape& shape, const ChipSpec& chip, Index tiles) {
  const Index group = shape.heads / shape.kv_heads;
  const Index parts = std::clamp(ceiling(group, heads_that_fit(shape, chip)), Index{1},
                                 std::max<Index>(1, tiles / shape.kv_heads));
  const Index span = parts > 1 ? group : shape.heads;  // what is cut into teams
  const Index each = parts > 1 ? ceiling(group, parts) : group * ceiling(shape.kv_heads, tiles);
  std::vector<Index> heads;
  for (Index first = 0; first < shape.heads; first += span) {
    for (Index at = 0; at < span; at += each) heads.push_back(std::min(each, span - at));
  }
  return heads;
}

/// Time of a token's attention by the number of tiles in a team.
class TeamTime {
 public:
  TeamTime(const TransformerSpec& network, const ChipSpec& chip, const HeadTeams& teams)
      : chip_(chip),
        shape_(attention_shape(network)),
        heads_(teams.most_heads()),
        kv_heads_(teams.most_kv_heads()),
        teams_(teams.teams()),
        positions_(network.context > 0 ? std::min(network.context, chip.map.context)
                                       : chip.map.context),
        cycle_(in_time(1.0, chip.digital.clock.si())) {
    const double softmax = static_cast<double>(heads_ * score_cycles(chip.digital, network)) *
                           cycle_ / static_cast<double>(std::max<Index>(1, chip.digital.lanes));
    const double moving =
        in_time(2.0 * bytes(heads_, chip.digital.activation_bits), chip.buffer.bandwidth.si());
    each_ = product(shape_.key) + product(shape_.value) + std::max(softmax, moving);
  }

  double of(Index tiles) const {
    const double most = static_cast<double>(ceiling(positions_, tiles));
    return most * each_ + merging(tiles) + fetching(tiles);
  }

 private:
  double product(Index size) const {
    const Index macs = std::max<Index>(1, chip_.digital.attention_macs);
    const double units = static_cast<double>(ceiling(heads_ * size, macs)) * cycle_;
    return std::max(units,
                    in_time(bytes(kv_heads_ * size, chip_.kv_bits), chip_.buffer.bandwidth.si()));
  }

  double merging(Index tiles) const {
    const DigitalSpec& unit = chip_.digital;
    const double part = bytes(heads_ * (shape_.value + 2), unit.activation_bits);
    const double cycle = in_time(1.0, chip_.noc.clock.si());
    const double flits = std::ceil(part * 8.0 / static_cast<double>(chip_.noc.flit_bits));
    const double lanes = static_cast<double>(2 * heads_ * shape_.value * unit.accumulate.cycles) *
                         cycle_ / static_cast<double>(std::max<Index>(1, unit.lanes));
    const double adding = std::max(lanes, in_time(3.0 * part, chip_.buffer.bandwidth.si()));
    double time = 0.0;
    for (Index apart = 1; apart < tiles; apart *= 2) {
      const Index hops = std::min(apart, chip_.mesh.columns);
      const auto way =
          static_cast<double>(hops * (chip_.noc.router_cycles + chip_.noc.link_cycles));
      time += (flits + way) * cycle + adding;
    }
    return time;
  }

  double fetching(Index tiles) const {
    const double room = chip_.buffer.capacity.si() * chip_.buffer.kv_share;
    const double kept = std::floor(room / bytes(kv_heads_ * shape_.cached, chip_.kv_bits)) *
                        static_cast<double>(tiles);
    const double beyond = std::max(0.0, static_cast<double>(positions_) - kept);
    const Index chips = std::max<Index>(1, teams_ * tiles / chip_.n_tiles());
    return in_time(beyond * bytes(shape_.kv_heads * shape_.cached, chip_.kv_bits),
                   static_cast<double>(chips) * chip_.dram.bandwidth.si());
  }

  const ChipSpec& chip_;
  const AttentionShape shape_;
  const Index heads_, kv_heads_, teams_, positions_;
  const double cycle_;
  double each_ = 0.0;  // of a position
};

/// The smallest number of tiles that takes hardly longer than the quickest.
Index few_and_quick(const TeamTime& time, Index most) {
  double least = std::numeric_limits<double>::max();
  for (Index tiles = 1; tiles <= most; ++tiles) least = std::min(least, time.of(tiles));
  Index tiles = 1;
  while (tiles < most && time.of(tiles) > kHardlyLonger * least) ++tiles;
  return tiles;
}

}  // namespace

Index HeadTeams::most_heads() const {
  return *std::max_element(heads.begin(), heads.end());
}

Index HeadTeams::fewest_heads() const {
  return *std::min_element(heads.begin(), heads.end());
}

Index HeadTeams::kv_heads(Index team) const {
  return ceiling(heads[static_cast<size_t>(team)], group);
}

Index HeadTeams::most_kv_heads() const {
  return ceiling(most_heads(), group);
}

Index HeadTeams::kv_copies() const {
  Index sum = 0;
  for (Index team = 0; team < teams(); ++team) sum += kv_heads(team);
  return sum;
}

HeadTeams head_teams(const TransformerSpec& network, const ChipSpec& chip, Index tiles) {
  const AttentionShape shape = attention_shape(network);
  HeadTeams made;
  made.group = shape.heads / shape.kv_heads;
  made.heads = deal_heads(shape, chip, tiles);
  const Index most = std::max<Index>(1, tiles / made.teams());
  if (chip.map.attention_tiles > 0) {
    made.tiles_per_team = std::min(most, chip.map.attention_tiles);
  } else if (chip.attention.in_memory()) {
    made.tiles_per_team = most;
  } else {
    made.tiles_per_team = few_and_quick(TeamTime(network, chip, made), most);
  }
  return made;
}

Index merge_rounds(Index tiles_per_team) {
  Index rounds = 0;
  while ((Index{1} << rounds) < tiles_per_team) ++rounds;
  return rounds;
}

std::vector<Index> senders_of(Index tiles_per_team, Index round) {
  std::vector<Index> senders;
  const Index apart = Index{1} << round;
  for (Index i = apart; i < tiles_per_team; i += 2 * apart) senders.push_back(i);
  return senders;
}

}  // namespace ohm
