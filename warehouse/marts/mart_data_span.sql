-- The days from the first to the last sale or return of the data, and the calendar months that lie wholly between them.
-- What is compared by months is compared by these: the month that the data begins or ends in says less than others.
-- Without a whole month the two limits are null.
-- grain: last_day
-- from: mart_daily_sales
with

days as (
    select * from mart_daily_sales
),

limits as (
    select
        min(sales_day) as first_day,
        max(sales_day) as last_day
    from days
    having count(*) > 0
),

-- No month has more than 31 days: so many after its first day the next one has begun.
months as (
    select
        first_day,
        last_day,
        case
            when first_day = month_of(first_day) then first_day
            else month_of(month_of(first_day) + 31)
        end as first_month,
        case
            when month_of(last_day + 1) > last_day then month_of(last_day)
            else month_of(month_of(last_day) - 1)
        end as last_month
    from limits
),

final as (
    select
        first_day,
        last_day,
        days_between(first_day, last_day) + 1 as days,
        case when first_month <= last_month then first_month end as first_whole_month,
        case when first_month <= last_month then last_month end as last_whole_month,
        case when first_month <= last_month then months_between(first_month, last_month) + 1 else 0 end as whole_months
    from months
)

select * from final
