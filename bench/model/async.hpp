#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "bench/base/units.hpp"

namespace asyncmark {

namespace asio = boost::asio;

/// The coroutine type of every asynchronous session. It names the concrete executor: the
/// type-erased default of asio::awaitable is a third slower and half as large again per coroutine.
/// This header alone names the type, so that another one can be tried by changing it here.
template <class T>
using Async = asio::awaitable<T, asio::io_context::executor_type>;

/// The completion token that goes with it: `co_await timer.async_wait(use_async)`.
inline constexpr asio::use_awaitable_t<asio::io_context::executor_type> use_async{};

/// A timer on the harness's own clock and the concrete executor.
using AsyncTimer =
    asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, asio::io_context::executor_type>;

}  // namespace asyncmark
