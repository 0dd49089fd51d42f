// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/buffer_space.h"

#include <algorithm>
#include <limits>

namespace ohm {

BufferSpace::BufferSpace(const TokenPlan& plan)
    : deposits_(deposits_of(plan)), tiles_(plan.space.size()) {
  for (size_t t = 0; t < tiles_.size(); ++t) tiles_[t].space = plan.space[t];
  for (size_t s = 0; s < deposits_.stays.size(); ++s) {
    const Stay& stay = deposits_.stays[s];
    Tile& tile = tiles_[static_cast<size_t>(stay.tile)];
    tile.lines.push_back({static_cast<Index>(s), stay.phase, {}});
    ++tile.stays;
    n_phases_ = std::max(n_phases_, stay.phase + 1);
    // one for all phases: what a token takes while the oldest needs little lacks a later oldest one
    tile.need = std::max(tile.need, stay.need);
  }
}

/// Copies the lines of the first sequence for one more.
void BufferSpace::add_lines(Tile& tile, Index first_phase) {
  for (size_t l = 0; l < tile.stays; ++l) {
    const Line& like = tile.lines[l];
    tile.lines.push_back({like.stay, like.phase % n_phases_ + first_phase, {}});
  }
}

void BufferSpace::enter(const std::vector<bool>& applies, Index sequence) {
  const Index number = std::ssize(jobs_);
  Job job{std::vector<Index>(applies.size(), 0), std::vector<Picoseconds>(applies.size(), 0),
          std::vector<Index>(deposits_.stays.size(), 0), 0};
  for (size_t k = 0; k < applies.size(); ++k) {
    if (!applies[k]) continue;
    for (const Index reader : deposits_.readers[k]) {
      if (applies[static_cast<size_t>(reader)]) ++job.unread[k];
    }
    for (const StayDeposit& each : deposits_.placed[k]) {
      ++job.left[static_cast<size_t>(each.stay)];
      ++job.deposits;
    }
  }
  jobs_.push_back(std::move(job));
  const Index rank = n_phases_ > 1 ? sequence : 0;
  first_phase_.push_back(rank * n_phases_);
  for (Tile& tile : tiles_) {
    const size_t first = static_cast<size_t>(rank) * tile.stays;
    while (tile.lines.size() < first + tile.stays) {
      add_lines(tile, std::ssize(tile.lines) / static_cast<Index>(tile.stays) * n_phases_);
    }
    for (size_t l = first; l < first + tile.stays; ++l) {
      Line& line = tile.lines[l];
      if (jobs_.back().left[static_cast<size_t>(line.stay)] == 0) continue;
      line.jobs.push_back(number);
      if (tile.oldest != kNobody && tile.oldest < Unit{line.phase, number}) continue;
      tile.first = l;
      find_oldest(tile);
    }
  }
}

void BufferSpace::find_oldest(Tile& tile) {
  tile.oldest = kNobody;
  tile.held_by_oldest = 0;
  for (; tile.first < tile.lines.size(); ++tile.first) {
    Line& line = tile.lines[tile.first];
    while (!line.jobs.empty()) {
      const Job& job = jobs_[static_cast<size_t>(line.jobs.front())];
      if (!job.left.empty() && job.left[static_cast<size_t>(line.stay)] > 0) break;
      line.jobs.pop_front();
    }
    if (line.jobs.empty()) continue;
    tile.oldest = {line.phase, line.jobs.front()};
    for (const auto& [unit, bytes] : tile.held) {
      if (unit == tile.oldest) tile.held_by_oldest = bytes;
    }
    return;
  }
}

bool BufferSpace::has_room(const Tile& tile, const Unit& unit, std::int64_t bytes) const {
  if (unit == tile.oldest) return true;
  if (!tile.waiting.empty() && std::get<Unit>(*tile.waiting.begin()) < unit) return false;
  return tile.taken - tile.held_by_oldest + bytes + tile.need <= tile.space;
}

/// Adds bytes to what a token holds, or takes them away.
void BufferSpace::hold(Tile& tile, const Unit& unit, std::int64_t bytes) {
  tile.taken += bytes;
  tile.peak = std::max(tile.peak, std::min(tile.taken, tile.space));
  if (unit == tile.oldest) tile.held_by_oldest += bytes;
  const auto at = std::find_if(tile.held.begin(), tile.held.end(),
                               [&](const auto& holding) { return holding.first == unit; });
  if (at == tile.held.end()) {
    tile.held.emplace_back(unit, bytes);
  } else if ((at->second += bytes) == 0) {
    tile.held.erase(at);
  }
}

bool BufferSpace::take(const Waiter& waiter) {
  const auto& [unit, step, ready] = waiter;
  const auto& placed = deposits_.placed[static_cast<size_t>(step)];
  for (const StayDeposit& each : placed) {
    Tile& tile = tile_of(each);
    if (has_room(tile, unit, each.bytes)) continue;
    tile.waiting.insert(waiter);
    return false;
  }
  for (const StayDeposit& each : placed) hold(tile_of(each), unit, each.bytes);
  return true;
}

bool BufferSpace::reserve(Index job, Index step, Picoseconds ready) {
  if (deposits_.placed[static_cast<size_t>(step)].empty()) return true;
  return take({unit_of(job, step), step, ready});
}

void BufferSpace::finish(Index number, Index step, Picoseconds end) {
  Job& job = jobs_[static_cast<size_t>(number)];
  if (job.deposits == 0) return;
  for (const Index read : deposits_.reads[static_cast<size_t>(step)]) {
    const auto r = static_cast<size_t>(read);
    if (job.unread[r] == 0) continue;  // that step does not apply
    job.last_read[r] = std::max(job.last_read[r], end);
    if (--job.unread[r] == 0) releases_.emplace(job.last_read[r], number, read);
  }
  const auto k = static_cast<size_t>(step);
  if (!deposits_.placed[k].empty() && job.unread[k] == 0) releases_.emplace(end, number, step);
}

Picoseconds BufferSpace::next() const {
  return releases_.empty() ? std::numeric_limits<Picoseconds>::max() : std::get<0>(releases_.top());
}

void BufferSpace::free(Index number, Index step) {
  Job& job = jobs_[static_cast<size_t>(number)];
  const Unit unit = unit_of(number, step);
  for (const StayDeposit& each : deposits_.placed[static_cast<size_t>(step)]) {
    Tile& tile = tile_of(each);
    hold(tile, unit, -each.bytes);
    --job.deposits;
    if (--job.left[static_cast<size_t>(each.stay)] == 0 && unit == tile.oldest) find_oldest(tile);
  }
  if (job.deposits == 0) job = {};
}

void BufferSpace::serve(Tile& tile, std::vector<Granted>& granted) {
  while (!tile.waiting.empty()) {
    const Waiter first = *tile.waiting.begin();
    tile.waiting.erase(tile.waiting.begin());
    if (take(first)) {
      const auto& [unit, step, ready] = first;
      granted.push_back({unit.second, step, ready});
    } else if (tile.waiting.contains(first)) {
      return;  // it waits here still
    }
  }
}

std::vector<Granted> BufferSpace::free_next() {
  const Picoseconds time = next();
  std::vector<Index> freed;  // tiles
  while (next() == time && !releases_.empty()) {
    const auto [at, job, step] = releases_.top();
    releases_.pop();
    free(job, step);
    for (const StayDeposit& each : deposits_.placed[static_cast<size_t>(step)]) {
      freed.push_back(each.tile);
    }
  }
  std::vector<Granted> granted;
  for (const Index tile : freed) serve(tiles_[static_cast<size_t>(tile)], granted);
  return granted;
}

std::vector<std::int64_t> BufferSpace::peaks() const {
  std::vector<std::int64_t> peaks;
  for (const Tile& tile : tiles_) peaks.push_back(tile.peak);
  return peaks;
}

}  // namespace ohm
