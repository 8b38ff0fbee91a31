#include "workloads/postgres/exchange.hpp"

#include <fmt/format.h>

#include <utility>

#include "bench/engine/window.hpp"
#include "workloads/postgres/failures.hpp"

namespace asyncmark::postgres {

void Exchange::begin_opening() {
  begin(0);
  only_opening_ = true;
}

void Exchange::begin(std::uint64_t op) {
  op_ = op;
  at_ = 0;
  rows_ = 0;
  failure_ = {};
  only_opening_ = false;
  task_ = Task::asking;
  if (was_closed_while_idle()) {
    spent_ = true;
    ++window().connections_reopened;
  }
  state_ = connection_ && !spent_ ? State::sending : State::connecting;
}

bool Exchange::was_closed_while_idle() { return connection_ && idle_.is_pause() && !stands(); }

/// Remarks and changed settings may come over a connection that is still good. What a server says
/// as it ends a session comes before its end, and libpq sees that when there is nothing else left.
bool Exchange::stands() {
  auto* connection = connection_.get();
  while (wait_for(socket(), Want::readable, {})) {
    if (PQconsumeInput(connection) == 0) return false;
    PQisBusy(connection);  // Has it understood.
    if (!last_words_.empty()) return false;
  }
  return true;
}

Want Exchange::step() {
  while (state_ != State::over)
    if (const auto want = go_on(); want != Want::nothing) return want;
  return Want::nothing;
}

Want Exchange::go_on() {
  switch (state_) {
    case State::connecting:
      return connection_ ? connect() : begin_connection();
    case State::sending:
      return send();
    case State::flushing:
      return flush();
    case State::receiving:
      return receive();
    case State::over:
      break;
  }
  return Want::nothing;
}

Want Exchange::begin_connection() {
  ++window().connections_tried;
  connection_ = start_connection(plan_);
  if (PQstatus(connection_.get()) == CONNECTION_BAD)
    return over(reason_of_no_connection(connection_.get()));
  PQsetNoticeReceiver(connection_.get(), remark, this);
  return Want::writable;
}

Want Exchange::connect() {
  switch (PQconnectPoll(connection_.get())) {
    case PGRES_POLLING_READING:
      return Want::readable;
    case PGRES_POLLING_WRITING:
      return Want::writable;
    case PGRES_POLLING_OK:
      return connected();
    default:
      return over(reason_of_no_connection(connection_.get()));
  }
}

Want Exchange::connected() {
  ++window().connections_made;
  PQsetnonblocking(connection_.get(), 1);
  if (plan_.prepares())
    task_ = Task::preparing;
  else if (only_opening_)
    return over();
  state_ = State::sending;
  return Want::nothing;
}

Want Exchange::send() {
  bool sent = false;
  switch (task_) {
    case Task::preparing: {
      const auto& [name, sql, numbers, places] = plan_.script[at_];
      sent = PQsendPrepare(connection_.get(), name.c_str(), sql.c_str(), 0, nullptr) == 1;
      break;
    }
    case Task::asking:
      sent = ask();
      break;
    case Task::rolling_back:
      sent = roll_back();
      break;
  }
  if (!sent) return lost();
  state_ = State::flushing;
  return Want::nothing;
}

bool Exchange::ask() {
  if (plan_.mode != Mode::pipeline) return ask(plan_.script[at_], op_);
  for (std::uint64_t i = 0; i < plan_.depth; ++i)
    for (const auto& statement : plan_.script)
      if (!ask(statement, op_ * plan_.depth + i)) return false;
  return PQpipelineSync(connection_.get()) == 1;
}

bool Exchange::ask(const Statement& statement, std::uint64_t query) {
  auto* connection = connection_.get();
  values_.draw(statement, query, plan_.seed, plan_.scale);
  const auto values = values_.texts();
  const auto count = static_cast<int>(values.size());
  switch (plan_.mode) {
    case Mode::simple:
      if (count == 0) return PQsendQuery(connection, statement.sql.c_str()) == 1;
      statement.write(values, text_);
      return PQsendQuery(connection, text_.c_str()) == 1;
    case Mode::extended:
      return PQsendQueryParams(connection, statement.sql.c_str(), count, nullptr, values.data(),
                               nullptr, nullptr, 0) == 1;
    case Mode::prepared:
    case Mode::pipeline:
      return PQsendQueryPrepared(connection, statement.name.c_str(), count, values.data(), nullptr,
                                 nullptr, 0) == 1;
  }
  return false;
}

bool Exchange::roll_back() {
  auto* connection = connection_.get();
  if (plan_.mode != Mode::pipeline) return PQsendQuery(connection, "ROLLBACK") == 1;
  return PQsendQueryParams(connection, "ROLLBACK", 0, nullptr, nullptr, nullptr, nullptr, 0) == 1 &&
         PQpipelineSync(connection) == 1;
}

Want Exchange::flush() {
  // A server that cannot get rid of its answers takes no more queries.
  if (was_full_ && PQconsumeInput(connection_.get()) == 0) return lost();
  const auto left = PQflush(connection_.get());
  if (left < 0 || PQsocket(connection_.get()) < 0) return lost();
  if (left > 0) {
    was_full_ = true;
    return Want::either;
  }
  state_ = State::receiving;
  // What libpq has read meanwhile does not make the socket readable once more. Else an answer takes
  // a while, and to look for it at once would be for nothing.
  return std::exchange(was_full_, false) ? Want::nothing : Want::readable;
}

Want Exchange::receive() {
  auto* connection = connection_.get();
  // Where it fails, the answer that libpq then makes up tells so.
  PQconsumeInput(connection);
  while (PQisBusy(connection) == 0) {
    const Answer answer(PQgetResult(connection), PQclear);
    if (answer) note(*answer);
    if (PQstatus(connection) == CONNECTION_BAD) return lost();
    if (state_ == State::over) return Want::nothing;
    const bool in_pipeline = PQpipelineStatus(connection) != PQ_PIPELINE_OFF;
    const bool at_end = in_pipeline ? PQresultStatus(answer.get()) == PGRES_PIPELINE_SYNC : !answer;
    if (at_end) return answered();
  }
  return Want::readable;
}

void Exchange::note(const PGresult& answer) {
  switch (PQresultStatus(&answer)) {
    case PGRES_TUPLES_OK:
      rows_ += static_cast<std::uint32_t>(PQntuples(&answer));
      break;
    case PGRES_COMMAND_OK:
    case PGRES_PIPELINE_SYNC:
      break;
    case PGRES_EMPTY_QUERY:  // But for a comment, perhaps.
      failure_ = "empty query";
      break;
    case PGRES_COPY_IN:
    case PGRES_COPY_OUT:
    case PGRES_COPY_BOTH:
      over("copy");  // Nothing here sends or reads the data that follows.
      break;
    default:
      if (failure_.empty()) failure_ = reason_of_failure(answer, connection_.get());
  }
}

Want Exchange::answered() {
  if (task_ == Task::rolling_back) return over();
  const bool is_last = plan_.mode == Mode::pipeline || at_ + 1 == plan_.script.size();
  const bool is_idle = PQtransactionStatus(connection_.get()) == PQTRANS_IDLE;
  if (failure_.empty() && task_ == Task::asking && is_last && !is_idle) failure_ = kUnended;
  if (!failure_.empty()) {
    if (task_ == Task::preparing) return over(failure_);
    if (is_idle) return over();
    task_ = Task::rolling_back;
  } else if (task_ == Task::preparing) {
    if (++at_ == plan_.script.size()) return prepared();
  } else if (is_last) {
    return over();
  } else {
    ++at_;
  }
  state_ = State::sending;
  return Want::nothing;
}

Want Exchange::prepared() {
  at_ = 0;
  task_ = Task::asking;
  if (plan_.mode == Mode::pipeline) PQenterPipelineMode(connection_.get());
  if (only_opening_) return over();
  state_ = State::sending;
  return Want::nothing;
}

/// Of an operation in order, or one that left its connection in order.
Want Exchange::over() {
  state_ = State::over;
  spent_ = !plan_.keep;
  idle_.begin();
  return Want::nothing;
}

/// What the library says, with the reason where it leaves that out, as after a time-out.
static std::string reason_of(const std::string& message, FailureReason why) {
  if (message.empty()) return std::string(why.code());
  return message.ends_with(':') ? fmt::format("{} {}", message, why.code()) : message;
}

Want Exchange::over(FailureReason why) {
  state_ = State::over;
  failure_ = why;
  spent_ = true;
  if (only_opening_) {
    const auto message = one_line(PQerrorMessage(connection_.get()));
    trouble_ = why == kAlreadyPrepared
                   ? kNoPreparedStatements
                   : fmt::format("no connection to the server: {}", reason_of(message, why));
  }
  return Want::nothing;
}

/// A server that ends a session says why, unasked.
void Exchange::remark(void* exchange, const PGresult* notice) {
  if (ends_session(*notice)) static_cast<Exchange*>(exchange)->last_words_ = sqlstate_of(*notice);
}

Want Exchange::lost() {
  auto* connection = connection_.get();
  PQconsumeInput(connection);
  if (PQisBusy(connection) == 0)
    if (const Answer last(PQgetResult(connection), PQclear); last) note(*last);
  if (!last_words_.empty() && (failure_.empty() || failure_ == kClosed)) failure_ = last_words_;
  return over(failure_.empty() ? kClosed : failure_);
}

void Exchange::close() {
  connection_.reset();
  last_words_ = {};
  was_full_ = spent_ = false;
}

}  // namespace asyncmark::postgres
