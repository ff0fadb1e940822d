-- Each month and channel stands in the mart once, with all its delivered lines.
with

expected as (
    select
        month_of(sales_day) as month,
        channel,
        count(*) as lines
    from fct_sales
    where delivered_day is not null and not is_return
    group by month_of(sales_day), channel
),

sides as (
    select
        1 as expected,
        0 as seen,
        month,
        channel,
        lines
    from expected
    union all
    select
        0 as expected,
        1 as seen,
        month,
        channel,
        delivered_lines as lines
    from mart_delivery
),

final as (
    select
        month,
        channel,
        lines,
        sum(expected) as expected,
        sum(seen) as seen
    from sides
    group by month, channel, lines
    having sum(expected) <> sum(seen)
)

select * from final
