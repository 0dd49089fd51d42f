// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <queue>
#include <utility>

#include "core/error.h"
#include "mapping/schedule/buffer_space.h"
#include "mapping/schedule/calendar.h"
#include "mapping/schedule/hops.h"
#include "mapping/schedule/jobs.h"

namespace ohm {
namespace {

class Simulation {
 public:
  /// Of a decoder, its tokens from `first` on.
  Simulation(const TokenPlan& plan, const Request& request, Index timeline_tokens,
             const std::vector<Index>& watch, Index first = 0, const Generation& generation = {})
      : plan_(plan),
        request_(request),
        first_(first),
        generation_(generation),
        gates_(plan.gating),
        followers_(plan.steps.size()),
        gated_(plan.steps.size()),
        watch_(plan.steps.size(), -1),
        hops_(plan.steps),
        work_(plan.steps.size()) {
    for (const Index step : watch) {
      watch_[static_cast<size_t>(step)] = std::ssize(result_.watched);
      result_.watched.emplace_back(static_cast<size_t>(request.tokens() * request.batch), 0);
    }
    if (!plan.space.empty()) space_.emplace(plan);
    result_.timeline_tokens = timeline_tokens;
    result_.resources = plan.resources;
    calendars_.resize(plan.resources.size());
    waited_.assign(plan.resources.size(), 0);
    for (size_t k = 0; k < plan.steps.size(); ++k) {
      for (const Index before : plan.steps[k].after) {
        followers_[static_cast<size_t>(before)].push_back(static_cast<Index>(k));
      }
      if (plan.steps[k].gate >= 0) {
        gated_[static_cast<size_t>(plan.steps[k].gate)].push_back(static_cast<Index>(k));
      }
    }
  }

  Schedule run() {
    sequences_.resize(static_cast<size_t>(request_.batch));
    if (request_.decoder) {
      result_.outputs.resize(static_cast<size_t>(request_.generate * request_.batch));
    }
    for (Sequence& sequence : sequences_) {
      sequence.jobs.assign(static_cast<size_t>(first_), kDone);
      sequence.steps_done.assign(plan_.steps.size(), first_);
      sequence.last_end.assign(plan_.steps.size(), 0);
      sequence.opened.assign(plan_.steps.size(), 0);
      for (const Step& step : plan_.steps) sequence.awaited.push_back(awaited_tokens(step));
    }
    first_ > 0 ? release_generated() : release_first_tokens();
    while (space_ ? run_within_space() : run_next()) {
    }
    require_completion();
    summarise();
    return std::move(result_);
  }

 private:
  /// What a step has done for all tokens.
  struct Work {
    std::int64_t runs = 0;
    Picoseconds extra = 0;
  };

  /// Whether there was a step that is ready.
  bool run_next() {
    if (queue_.empty()) return false;
    const Ready next = queue_.top();
    queue_.pop();
    if (!space_ || space_->reserve(next.job, next.step, next.time)) execute(next, next.time);
    return true;
  }

  /// The same; what is freed first lets those start that waited for it.
  bool run_within_space() {
    const Picoseconds freed = space_->next();
    if (!space_->waits() || (!queue_.empty() && queue_.top().time < freed)) return run_next();
    for (const Granted& each : space_->free_next()) {
      waited_for_space_ += freed - each.ready;
      execute({freed, each.job, each.step}, each.ready);
    }
    return true;
  }

  /// An encoder's barriers need all tokens; a decoder's tokens follow when they can start.
  void release_first_tokens() {
    const Index last = request_.decoder ? 0 : request_.tokens() - 1;
    for (Index s = 0; s < request_.batch; ++s) {
      for (Index t = 0; t <= last; ++t) release(s, t, 0);
    }
  }

  void release_generated() {
    for (Index s = 0; s < request_.batch; ++s) {
      const auto i = static_cast<size_t>(s);
      result_.outputs[i] = generation_.starts.empty() ? 0 : generation_.starts[i];
      release(s, first_, result_.outputs[i]);
    }
  }

  /// Tokens that the gate of a step waits for.
  Index awaited_tokens(const Step& step) const {
    const Index last = step.gate_last < 0 ? request_.tokens() - 1 : step.gate_last;
    return step.gate < 0 ? 0 : last - step.gate_first + 1;
  }

  void release(Index sequence, Index token, Picoseconds time) {
    const Index number = std::ssize(jobs_);
    Job job{sequence,
            token,
            std::vector<Picoseconds>(plan_.steps.size(), time),
            std::vector<Index>(plan_.steps.size(), kDone),
            0,
            time,
            std::vector<Picoseconds>(generation_.repeats.size(), time)};
    Sequence& line = sequences_[static_cast<size_t>(sequence)];
    for (size_t k = 0; k < plan_.steps.size(); ++k) {
      const Step& step = plan_.steps[k];
      if (!applies(step, request_, token) || !takes_turn(step, sequence, token)) continue;
      ++job.remaining;
      job.pending[k] = 0;
      for (const Index before : step.after) {
        if (job.pending[static_cast<size_t>(before)] != kDone) ++job.pending[k];
      }
      if (step.gate >= 0) ++job.pending[k];
      if (step.order == StepOrder::in_order) {
        if (line.steps_done[k] < token) ++job.pending[k];
        if (token > 0) job.ready[k] = std::max(time, line.last_end[k]);
      }
    }
    if (space_) space_->enter(job.applying(), job.sequence);
    line.jobs.push_back(number);
    jobs_.push_back(std::move(job));
    for (size_t k = 0; k < plan_.steps.size(); ++k) {
      const Job& made = jobs_.back();
      if (made.pending[k] == 0) queue_.push({made.ready[k], number, static_cast<Index>(k)});
    }
  }

  /// The step has its space since item.time; it had been ready since `ready`.
  void execute(const Ready& item, Picoseconds ready) {
    const Step& step = plan_.steps[static_cast<size_t>(item.step)];
    const Job& job = jobs_[static_cast<size_t>(item.job)];
    const Index positions = positions_of(request_, job.token);
    const Picoseconds extra = step.occupation(positions);
    const Picoseconds woken = gates_.wake(step, item.time);
    Picoseconds delay = step.hops ? hop(item, woken, extra) : join(step, item.time, woken, extra);
    delay += woken - item.time;
    ++result_.steps;
    Work& work = work_[static_cast<size_t>(item.step)];
    ++work.runs;
    work.extra += extra;
    if (item.job < result_.timeline_tokens) record(item, ready, extra);
    if (item.step == 0) enter_next(item.job, item.time + delay);
    Picoseconds end = item.time + delay + step.latency + (extra > 0 ? step.extra(positions) : 0);
    gates_.hold(step, end);
    end += left_out(generation_.repeats, item.step, end, jobs_[static_cast<size_t>(item.job)]);
    if (space_) space_->finish(item.job, item.step, end);
    finish(item.job, item.step, end);
  }

  Calendar& calendar_of(const Claim& c) { return calendars_[static_cast<size_t>(c.resource)]; }

  /// All claims keep their distance: the step starts when every one of them fits. Returns the
  /// delay.
  Picoseconds join(const Step& step, Picoseconds now, Picoseconds ready, Picoseconds extra) {
    Picoseconds start = ready;
    Index blocker = -1;
    for (const Claim& claim : step.claims) calendar_of(claim).forget(now);
    for (bool moved = true; moved;) {
      moved = false;
      for (const Claim& claim : step.claims) {
        const Picoseconds held = step.held(claim, extra);
        const Picoseconds from =
            calendar_of(claim).earliest(start + claim.offset, held) - claim.offset;
        if (from <= start) continue;
        start = from;
        blocker = claim.resource;
        moved = true;
      }
    }
    for (const Claim& claim : step.claims) {
      calendar_of(claim).reserve(start + claim.offset, step.held(claim, extra));
    }
    if (blocker >= 0) waited_[static_cast<size_t>(blocker)] += start - ready;
    started_ = start;
    return start - ready;
  }

  Picoseconds hop(const Ready& item, Picoseconds ready, Picoseconds extra) {
    const Hops::Wait wait =
        hops_.send(static_cast<size_t>(item.step), item.time, ready, extra, calendars_);
    if (wait.time > 0) waited_[static_cast<size_t>(wait.resource)] += wait.time;
    started_ = ready + hops_.late();
    return wait.time;
  }

  void record(const Ready& item, Picoseconds ready, Picoseconds extra) {
    const Step& step = plan_.steps[static_cast<size_t>(item.step)];
    if (step.claims.empty()) return;
    const Job& job = jobs_[static_cast<size_t>(item.job)];
    const Claim& claim = step.claims.front();
    result_.events.push_back({claim.resource, step.vertex, step.action, job.sequence, job.token,
                              ready, started_ + claim.offset,
                              started_ + claim.offset + step.held(claim, extra), item.time,
                              item.step});
  }

  void arrive(Index number, Index step, Picoseconds time) {
    Job& job = jobs_[static_cast<size_t>(number)];
    const auto k = static_cast<size_t>(step);
    if (job.pending[k] == kDone) return;
    job.ready[k] = std::max(job.ready[k], time);
    if (--job.pending[k] == 0) queue_.push({job.ready[k], number, step});
  }

  void finish(Index number, Index step, Picoseconds end) {
    const auto k = static_cast<size_t>(step);
    const Index s = jobs_[static_cast<size_t>(number)].sequence;
    const Index token = jobs_[static_cast<size_t>(number)].token;
    Sequence& line = sequences_[static_cast<size_t>(s)];
    if (watch_[k] >= 0) {
      result_.watched[static_cast<size_t>(watch_[k])]
                     [static_cast<size_t>(token * request_.batch + s)] = end;
    }
    for (const Index next : followers_[k]) arrive(number, next, end);
    ++line.steps_done[k];
    line.last_end[k] = std::max(line.last_end[k], end);
    pass_on(line, step, token);
    open_gates(line, k, token, end);
    Job& job = jobs_[static_cast<size_t>(number)];
    job.end = std::max(job.end, end);
    if (--job.remaining == 0) leave(number);
  }

  void pass_on(const Sequence& line, Index step, Index token) {
    const auto next = static_cast<size_t>(token + 1);
    const auto k = static_cast<size_t>(step);
    if (plan_.steps[k].order != StepOrder::in_order || next >= line.jobs.size()) return;
    arrive(line.jobs[next], step, line.last_end[k]);
  }

  void open_gates(Sequence& line, size_t gate, Index token, Picoseconds end) {
    for (const Index step : gated_[gate]) {
      const auto k = static_cast<size_t>(step);
      if (!plan_.steps[k].waits_for(token)) continue;
      line.opened[k] = std::max(line.opened[k], end);
      if (--line.awaited[k] > 0) continue;
      for (const Index job : line.jobs) arrive(job, step, line.opened[k]);
    }
  }

  /// The next token of the prompt queues behind this one as soon as this one enters.
  void enter_next(Index number, Picoseconds start) {
    const Index sequence = jobs_[static_cast<size_t>(number)].sequence;
    const Index next = jobs_[static_cast<size_t>(number)].token + 1;
    if (request_.decoder && next < request_.prompt) release(sequence, next, start);
  }

  void leave(Index number) {
    Job& job = jobs_[static_cast<size_t>(number)];
    Sequence& line = sequences_[static_cast<size_t>(job.sequence)];
    line.end = std::max(line.end, job.end);
    if (request_.decoder && job.token >= request_.prompt - 1) {
      const Index output = (job.token - request_.prompt + 1) * request_.batch + job.sequence;
      result_.outputs[static_cast<size_t>(output)] = job.end;
    }
    job.ready = {};
    job.pending = {};
    job.begun = {};
    if (!request_.decoder) return;
    const Index next = job.token + 1;
    if (next >= request_.prompt && next < request_.tokens()) release(job.sequence, next, job.end);
  }

  void require_completion() const {
    for (const Job& job : jobs_) {
      if (job.remaining == 0) continue;
      throw SolveError(
          fmt::format("schedule: {} steps of token {} of sequence {} never ran: a gate never "
                      "opened, or no space was ever free",
                      job.remaining, job.token, job.sequence));
    }
  }

  void summarise() {
    for (const Sequence& line : sequences_) {
      result_.makespan = std::max(result_.makespan, line.end);
      if (!request_.decoder) result_.outputs.push_back(line.end);
    }
    result_.average(request_);
    for (size_t r = 0; r < waited_.size(); ++r) {
      if (waited_[r] > 0) result_.stalls[to_string(plan_.resources[r].kind)] += waited_[r];
    }
    add_up_work();
    result_.gated = gates_.close(result_.makespan);
    if (result_.gated.waited > 0) result_.stalls["wake_up"] = result_.gated.waited;
    if (waited_for_space_ > 0) result_.stalls["buffer"] = waited_for_space_;
    if (space_) result_.buffer_peaks = space_->peaks();
  }

  void add_up_work() {
    result_.busy.assign(plan_.resources.size(), 0);
    for (size_t k = 0; k < work_.size(); ++k) {
      const Step& step = plan_.steps[k];
      for (const Claim& claim : step.claims) {
        result_.busy[static_cast<size_t>(claim.resource)] +=
            work_[k].runs * claim.busy + step.grown(claim, work_[k].extra);
      }
    }
  }

  const TokenPlan& plan_;
  const Request request_;
  const Index first_;  // token
  const Generation generation_;
  PowerGates gates_;
  std::optional<BufferSpace> space_;
  Picoseconds waited_for_space_ = 0;
  std::vector<std::vector<Index>> followers_, gated_;
  std::vector<Index> watch_;  // by step: its place in `watched`, or -1
  std::vector<Calendar> calendars_;
  std::vector<Picoseconds> waited_;
  Hops hops_;
  Picoseconds started_ = 0;  // when the step at hand began, but for the offset of its first claim
  std::vector<Work> work_;   // by step
  std::vector<Job> jobs_;
  std::vector<Sequence> sequences_;
  std::priority_queue<Ready, std::vector<Ready>, std::greater<>> queue_;
  Schedule result_;
};

void require_bounds(const Schedule& result) {
  if (result.makespan >= result.bounds.lower()) return;
  throw SolveError(fmt::format("schedule: a makespan of {} ps beats its lower bound of {} ps",
                               result.makespan, result.bounds.lower()));
}

}  // namespace

double Schedule::utilisation(Index resource) const {
  if (makespan == 0) return 0.0;
  return static_cast<double>(busy[static_cast<size_t>(resource)]) / static_cast<double>(makespan);
}

void Schedule::average(const Request& request) {
  const auto sum = [](auto from, auto end) { return std::accumulate(from, end, 0.0); };
  const double first = sum(outputs.begin(), outputs.begin() + request.batch);
  const double last = sum(outputs.end() - request.batch, outputs.end());
  ttft = static_cast<Picoseconds>(first / static_cast<double>(request.batch));
  if (request.generate < 2) return;
  tpot = (last - first) / static_cast<double>(request.batch * (request.generate - 1));
}

Schedule schedule_generated(const TokenPlan& plan, const Request& request,
                            const std::vector<Index>& watch, const Generation& generation) {
  const auto starts = std::ssize(generation.starts);
  if (!request.decoder || request.generate < 2 || (starts != 0 && starts != request.batch)) {
    throw ArgumentError(fmt::format(
        "schedule: {} sequences with {} starts generate {} tokens; expected a decoder that "
        "generates two or more, and a start for each sequence or none",
        request.batch, starts, request.generate));
  }
  Schedule result = Simulation(plan, request, 0, watch, request.prompt, generation).run();
  result.bounds.critical_path = critical_path(plan, request, request.prompt);
  require_bounds(result);
  return result;
}

Schedule schedule(const TokenPlan& plan, const Request& request, Index timeline_tokens,
                  const std::vector<Index>& watch) {
  if (request.tokens() < 1 || request.batch < 1) {
    throw ArgumentError(fmt::format("schedule: {} tokens in {} sequences; expected at least one",
                                    request.tokens(), request.batch));
  }
  Schedule result = Simulation(plan, request, timeline_tokens, watch).run();
  result.bounds = lower_bounds(plan, request);
  require_bounds(result);
  return result;
}

}  // namespace ohm
