-- Each customer of the sales before the analysis day stands in customer_rfm once, with their orders, money and last day.
-- needs: customer_rfm.segment
with

days as (
    select
        min(as_of) as as_of,
        max(as_of) as latest
    from customer_rfm
),

lines as (
    select
        fct_sales.customer_id,
        fct_sales.order_id,
        fct_sales.sales_day,
        fct_sales.net_amount_base,
        fct_sales.is_return
    from fct_sales
    cross join days
    where fct_sales.sales_day < days.latest
),

totals as (
    select
        customer_id,
        count(distinct case when not is_return then order_id end) as frequency,
        sum(net_amount_base) as monetary,
        min(case when not is_return then sales_day end) as first_purchase,
        max(case when not is_return then sales_day end) as last_purchase,
        min(sales_day) as first_line,
        max(sales_day) as last_line
    from lines
    group by customer_id
),

sides as (
    select
        1 as expected,
        0 as seen,
        totals.customer_id,
        days.as_of,
        totals.frequency,
        totals.monetary,
        coalesce(totals.first_purchase, totals.first_line) as first_day,
        coalesce(totals.last_purchase, totals.last_line) as last_day,
        days_between(coalesce(totals.last_purchase, totals.last_line), days.as_of) as recency
    from totals
    cross join days
    union all
    select
        0 as expected,
        1 as seen,
        customer_id,
        as_of,
        frequency,
        monetary,
        first_day,
        last_day,
        recency
    from customer_rfm
),

final as (
    select
        customer_id,
        as_of,
        frequency,
        monetary,
        first_day,
        last_day,
        recency,
        sum(expected) as expected,
        sum(seen) as seen
    from sides
    group by customer_id, as_of, frequency, monetary, first_day, last_day, recency
    having sum(expected) <> sum(seen)
)

select * from final
